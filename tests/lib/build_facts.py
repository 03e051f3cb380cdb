# SPDX-License-Identifier: MIT
"""Builds facts (permfix.facts/v1) of a host that is described in a few words.

A host is a dict. What it leaves out is the distribution's default or stands as not known, never made up:

    distro     "debian 12" ...: the accounts of the web server, nobody's id
    systemd    PID 1 is systemd; default False
    accounts   {NAME: {uid, gid, home, groups}}: all may be left out (a system account of its own); groups: supplementary ones by name
    groups     {NAME: GID or None}: groups without an account
    sudo       groups that sudoers names
    tree       lines as ls -ld prints them, "MODE OWNER GROUP PATH [-> LINK] [on FSTYPE] [acl ENTRY...] [default ENTRY...]"; directories
               that are not named are root's, 0755. Entries as in acl(5), "user:www-data:rw-"
    nginx      user, default_user, pass [(DIRECTIVE, ARGUMENT, ENDPOINT)], upstreams {NAME: [SERVER]}, private [DIRECTORY]
               (nginx's unit has a directory of its own there), unit, problem (a sentence about the last pass)
    front      another program than nginx: the name of the account it runs as; its endpoints are given as targets
    targets    endpoints that are asked about
    worker     groups: what the running worker has, by name, where it is not what the account data says
    servers    [{kind, user, group, groups, pid (0: not running), config, version, unit, umask, sections, listens, exe, supervisor, private}];
               a section is {name, listen, set {KEY: VALUE}, file, line, unclear}; listens: paths or host:port that it listens on
               (default: those of its sections)
    units      {NAME: {set {KEY: VALUE or [VALUE]}, active, at_boot, pid, fragment, load}}
    units_unknown, tmpfiles_unknown: these were not read
    tmpfiles   lines of tmpfiles.d
    full       {NAME: QUEUED}: listeners whose backlog is full
    walks      further paths that planning asks about, such as the one that a socket would move to
    errno      {ENDPOINT: ERRNO}: what connecting as the worker gave; where it is left out nothing was probed
"""
import posixpath
import re

TAKEN = 1795204053
BOOTED = TAKEN - 100
ROOT_CAPS = 2199006478335
MNTNS, USERNS, NETNS, PIDNS = 4026531841, 4026531837, 4026531840, 4026531836
TMPFS = ("/run", "/dev/shm")
TYPES = {"d": "dir", "s": "socket", "l": "symlink", "-": "file", "p": "fifo"}
TAGS = {"user": "user_obj", "group": "group_obj", "mask": "mask", "other": "other"}
# What a distribution's web server runs as; nobody's uid and group.
WEB = {"debian": ("www-data", 33), "ubuntu": ("www-data", 33), "raspbian": ("www-data", 33), "centos": ("nginx", 990),
       "rhel": ("nginx", 990), "fedora": ("nginx", 990), "nixos": ("nginx", 60)}
NOBODY = {"debian": (65534, "nogroup", 65534), "centos": (99, "nobody", 99)}
EXES = {"php-fpm": "/usr/sbin/php-fpm", "gunicorn": "/usr/bin/python3", "uwsgi": "/usr/bin/uwsgi", "node": "/usr/bin/node",
        "puma": "/usr/bin/ruby", "unicorn": "/usr/bin/ruby", "systemd": "/usr/lib/systemd/systemd", "unknown": "/usr/local/bin/server"}
BASE_GROUPS = {"root": 0, "adm": 4, "sudo": 27, "staff": 50, "users": 100, "docker": 990 - 13}


def mode_of(word):
    """ "srwxr-x--T" → the type and the bits."""
    letters = word[1:10]
    bits = sum(1 << (8 - i) for i, letter in enumerate(letters) if letter in "rwxst")
    special = sum(bit for i, bit in ((2, 0o4000), (5, 0o2000), (8, 0o1000)) if letters[i] in "sStT")
    return TYPES[word[0]], bits | special


def family_of(distro):
    return distro.split()[0]


class Accounts:
    def __init__(self, host):
        family = family_of(host.get("distro", "debian 12"))
        uid, group, gid = NOBODY["centos" if family in ("centos", "rhel") else "debian"]
        self.users, self.groups, self.members = {}, dict(BASE_GROUPS), {}
        self.sudo = host.get("sudo", ["root", "sudo"])
        self.add("root", 0, 0, "/root")
        self.groups[group] = gid
        self.add("nobody", uid, gid, "/nonexistent")
        name, number = WEB.get(family, WEB["debian"])
        self.add(name, number, number, "/var/www" if name == "www-data" else "/nonexistent")
        self.groups.update({n: g if g is not None else self.free() for n, g in host.get("groups", {}).items()})
        for name, one in host.get("accounts", {}).items():
            number = one.get("uid", self.free())
            self.add(name, number, one.get("gid", number), one.get("home", f"/home/{name}" if number >= 1000 else "/nonexistent"))
            for member_of in one.get("groups", []):
                self.groups.setdefault(member_of, self.free())
                self.members.setdefault(member_of, []).append(name)

    def free(self):
        taken = {u["uid"] for u in self.users.values()} | set(self.groups.values())
        return next(n for n in range(976, 100, -1) if n not in taken)

    def add(self, name, uid, gid, home):
        if name not in self.groups and gid not in self.groups.values():
            self.groups[name] = gid
        self.users[name] = {"name": name, "uid": uid, "gid": gid, "home": home,
                            "shell": "/bin/bash" if uid == 0 or uid >= 1000 and name != "nobody" else "/usr/sbin/nologin"}

    def uid(self, name):
        return int(name) if str(name).isdigit() else self.users[name]["uid"]

    def gid(self, name):
        return int(name) if str(name).isdigit() else self.groups[name]

    def ids(self, user, group=None, groups=None):
        """uid, gid and supplementary groups as initgroups(3) gives them, or the ones named."""
        entry = self.users.get(user, {"uid": self.uid(user), "gid": self.uid(user)})
        gid = self.gid(group) if group else entry["gid"]
        if groups is None:
            groups = [g for g, members in self.members.items() if user in members]
        return {"uid": entry["uid"], "gid": gid, "groups": sorted({self.gid(g) for g in groups} | ({gid} if entry["uid"] else set()))}

    def facts(self):
        groups = []
        for name, gid in sorted(self.groups.items(), key=lambda item: item[1]):
            groups.append({"name": name, "gid": gid, **({"members": self.members[name]} if name in self.members else {})})
        return {"users": sorted(self.users.values(), key=lambda u: u["uid"]), "groups": groups, "uid_min": 1000, "gid_min_system": 100,
                "gid_max_system": 999, "sudo_groups": self.sudo}


class Tree:
    """The files that one view shows. `over`: directories that this view has to itself, empty."""

    def __init__(self, accounts, lines, over=(), below=None):
        self.accounts, self.over, self.below = accounts, tuple(over), below
        self.entries = {}
        self.inodes = below.inodes if below else iter(range(11, 100000))
        if below:
            for path in self.over:
                self.put(path, "dir", 0o1777 if path.endswith("tmp") else 0o000, 0, 0, mount_point=True)
            return
        self.put("/", "dir", 0o755, 0, 0, mount_point=True)
        for path in TMPFS[:1]:
            self.put(path, "dir", 0o755, 0, 0, mount_point=True)
        for path in ("/tmp", "/var/tmp"):
            self.put(path, "dir", 0o1777, 0, 0)
        self.put("/root", "dir", 0o700, 0, 0)
        self.put("/var/run", "symlink", 0o777, 0, 0, link="/run")
        for line in lines:
            self.line(line)

    def line(self, line):
        words = line.split()
        kind, mode = mode_of(words[0])
        path, rest, more = words[3], words[4:], {}
        while rest:
            word = rest.pop(0)
            if word == "->":
                more["link"] = rest.pop(0)
            elif word == "on":
                more["fstype"], more["mount_point"] = rest.pop(0), kind == "dir"
            else:
                entries = [rest.pop(0) for _ in range(len(rest)) if rest and re.match(r"(user|group|mask|other):", rest[0])]
                more["acl" if word == "acl" else "default_acl"] = [self.entry(one) for one in entries]
        parent = posixpath.dirname(self.real(path))
        self.put(posixpath.join(parent, posixpath.basename(path)), kind, mode, self.accounts.uid(words[1]), self.accounts.gid(words[2]), **more)

    def entry(self, text):
        tag, name, perms = (text.split(":") + [""])[:3] if text.count(":") == 2 else (text.split(":")[0], "", text.split(":")[1])
        bits = sum(bit for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if letter in perms)
        if not name:
            return {"tag": TAGS[tag], "perms": bits}
        return {"tag": tag, "id": self.accounts.uid(name) if tag == "user" else self.accounts.gid(name), "perms": bits}

    def put(self, path, kind, mode, uid, gid, **more):
        tmpfs = any(path == t or path.startswith(t + "/") for t in TMPFS)
        parent = self.entries.get(posixpath.dirname(path), {})
        node = {"path": path, "type": kind, "mode": f"{mode:04o}", "uid": uid, "gid": gid, "dev": 26 if tmpfs else 2049,
                "ino": next(self.inodes), "nlink": 2 if kind == "dir" else 1, "mtime": BOOTED, "ctime": BOOTED,
                "fstype": "tmpfs" if tmpfs else parent.get("fstype", "ext4"), **more}
        if node["fstype"] not in ("ext4", "tmpfs"):
            node["dev"] = 70
        self.entries[path] = node

    def node(self, path):
        if any(path == t or path.startswith(t + "/") for t in self.over) or not self.below:
            return self.entries.get(path)
        return self.below.node(path)

    def implied(self, path):
        """A directory that nothing names but something stands in."""
        if any(path == t or path.startswith(t + "/") for t in self.over):
            return False
        if self.below:
            return self.below.implied(path)
        if any(p.startswith(path + "/") for p in list(self.entries)):
            self.put(path, "dir", 0o755, 0, 0)
            return True
        return False

    def walk(self, view, path):
        nodes, done, left, failed, missing = [self.node("/")], "/", [p for p in path.split("/") if p], 0, None
        while left:
            at = posixpath.join(done, left.pop(0))
            node = self.node(at) or (self.implied(at) and self.node(at))
            if not node:
                failed, missing = 2, at
                break
            nodes.append(node)
            if node["type"] == "symlink":
                target = posixpath.join(done, node["link"])
                done, left = "/", [p for p in target.split("/") if p] + left
                continue
            done = at
            if left and node["type"] != "dir":
                failed, missing = 20, posixpath.join(at, left[0])
                break
        walk = {"view": view, "path": path, "nodes": nodes}
        return {**walk, "failed": failed, "missing": missing} if failed else walk

    def real(self, path):
        node = self.walk("host", path)
        if node.get("failed"):
            head = posixpath.dirname(path)
            return path if head == path else posixpath.join(self.real(head), posixpath.basename(path))
        return node["nodes"][-1]["path"]


def file_of(path):
    return {"path": path, "mtime": BOOTED - 1000, "uid": 0, "gid": 0, "mode": "0644"}


class Builder:
    def __init__(self, host):
        self.host = host
        self.accounts = Accounts(host)
        self.files = {}
        self.views = [{"id": "host", "mntns": MNTNS, "root": "/", "same_as_host": True}]
        self.trees = {"host": Tree(self.accounts, host.get("tree", []))}
        self.pids = iter(range(400, 30000))
        self.holders = {}
        self.listeners = []

    def view(self, private, pid):
        """The view of a process whose unit has some directories to itself."""
        if not private:
            return "host"
        name = f"pid:{pid}"
        self.views.append({"id": name, "mntns": MNTNS + len(self.views), "root": "/", "pid": pid})
        self.trees[name] = Tree(self.accounts, [], private, self.trees["host"])
        return name

    def process(self, comm, exe, ids, view="host", pid=None, unit=None, umask=None):
        mntns = next(v["mntns"] for v in self.views if v["id"] == view)
        pid = next(self.pids) if pid is None else pid
        process = {"pid": pid, "uid": ids["uid"], "gid": ids["gid"], "groups": ids["groups"], "view": view}
        if ids["uid"]:
            process["ruid"] = ids["uid"]
        if unit:
            process["unit"] = unit
        if not pid:
            return process
        if not ids["uid"]:
            process["caps"] = ROOT_CAPS
        if umask:
            process["umask"] = umask
        return {**process, "comm": comm, "exe": exe, "mntns": mntns, "userns": USERNS, "netns": NETNS, "pidns": PIDNS, "root": "/",
                "started": BOOTED}

    # --- nginx ---

    def config_text(self, nginx):
        text = f"user {nginx['user']};\n" if nginx.get("user") else ""
        text += "events {}\nhttp {\n"
        for name, servers in nginx.get("upstreams", {}).items():
            text += f"upstream {name} {{\n" + "".join(f"\tserver {one};\n" for one in servers) + "}\n"
        text += "server {\n\tlisten 80;\n\tserver_name example.com;\n"
        for i, (directive, argument, _) in enumerate(nginx.get("pass", [])):
            text += f"\tlocation /{i or ''} {{\n\t\t{directive} {argument};\n\t}}\n"
        return text + "}\n}\n"

    def nginx(self):
        nginx = self.host.get("nginx", {})
        front = self.host.get("front")
        conf = nginx.get("conf", "/etc/nginx/nginx.conf")
        text = self.config_text(nginx)
        record = {"pid": 0, "as": {"pid": 0, "uid": 0, "gid": 0, "groups": [], "view": "host"}, "conf": conf, "user": nginx.get("user")}
        if front:
            return record, None
        exe = nginx.get("exe", "/usr/sbin/nginx")
        pid = next(self.pids)
        view = self.view(nginx.get("private"), pid)
        record["pid"] = pid
        record["as"] = self.process("nginx", exe, {"uid": 0, "gid": 0, "groups": []}, view, pid, nginx.get("unit"))
        record.update({"exe": exe, "prefix": "/usr/share/nginx/", "default_user": nginx.get("default_user", "nobody"), "files": [file_of(conf)],
                       "user_at": {}, "refs": []})
        self.files[conf] = view
        if nginx.get("user"):
            record.update({"user_at": {"file": conf, "line": 1}, "user_offset": 5, "user_length": len(nginx["user"])})
        at = {"file": conf, "line": text[:text.index("server {\n\tlisten")].count("\n") + 1}
        record["servers"] = [{"at": at, "listens": ["80"], "names": ["example.com"]}]
        for directive, argument, endpoint in nginx.get("pass", []):
            record["refs"].append(self.reference(nginx, text, conf, directive, argument, endpoint))
        if nginx.get("problem"):
            record["problems"] = [{"at": record["refs"][-1]["at"], "text": nginx["problem"]}]
            record["refs"][-1]["unresolved"] = nginx["problem"]
        return record, view

    @staticmethod
    def reference(nginx, text, conf, directive, argument, endpoint):
        offset = text.index(f"\t{directive} {argument};") + len(directive) + 2
        ref = {"endpoint": endpoint, "written": argument, "directive": directive, "at": {"file": conf, "line": text[:offset].count("\n") + 1},
               "offset": offset, "length": len(argument), "server_at": {}, "server": 0}
        name = argument.split("//")[-1]
        if name in nginx.get("upstreams", {}):
            server = nginx["upstreams"][name][0]
            at = text.index(f"\tserver {server};") + len("\tserver ")
            ref.update({"upstream": name, "written": server, "server_at": {"file": conf, "line": text[:at].count("\n") + 1},
                        "server_offset": at, "server_length": len(server)})
        return ref

    def worker(self, record, view):
        nginx, front = self.host.get("nginx", {}), self.host.get("front")
        name = front or nginx.get("user") or nginx.get("default_user", "nobody")
        ids = self.accounts.ids(name, groups=self.host.get("worker", {}).get("groups"))
        if front:
            process = self.process("", "", ids, pid=0)
            return {"id": "w1", "as": process, "nginx": 0, "user": name, "assumed": "named by --worker"}
        process = self.process("nginx", record["exe"], ids, view, unit=nginx.get("unit"))
        return {"id": "w1", "as": process, "pids": [process["pid"]], "nginx": 0, "user": name}

    # --- servers ---

    def section(self, server, one):
        place = one.get("file", server.get("config"))
        line = one.get("line", 1)
        section = {"name": one.get("name"), "at": {"file": place, "line": line} if place and one.get("placed", True) else {},
                   "endpoint": endpoint_of(one["listen"]) if one.get("listen") else None, "settings": []}
        for i, (key, value) in enumerate(one.get("set", {}).items(), 1):
            section["settings"].append({"key": key, "value": value, **({"file": place, "line": line + i} if place else {})})
        if one.get("unclear"):
            section["unclear"] = one["unclear"]
        if one.get("managed_by"):
            section["managed_by"] = one["managed_by"]
        return section

    def server(self, server):
        kind = server.get("kind", "unknown")
        exe = server.get("exe", EXES[kind])
        running = server.get("pid", 1) != 0
        pid = (1 if kind == "systemd" else next(self.pids)) if running else 0
        view = self.view(server.get("private"), pid)
        ids = self.accounts.ids(server.get("user", "root"), server.get("group"), server.get("groups"))
        process = self.process(server.get("comm", kind), exe, ids, view, pid, None if kind == "systemd" else server.get("unit"),
                               server.get("umask", "0022" if running else None))
        record = {"kind": kind, "pid": pid, "as": process, "exe": exe, "config": server.get("config"), "view": view,
                  "sections": [self.section(server, one) for one in server.get("sections", [])]}
        for key in ("version", "unit", "supervisor", "supervisor_at"):
            if server.get(key):
                record[key] = server[key]
        if server.get("config"):
            record["files"] = [file_of(server["config"])]
        for path in {one["at"].get("file") for one in record["sections"]} | {server.get("config")}:
            if path:
                self.files[path] = view
        if running:
            for name in server.get("listens", [one["listen"] for one in server.get("sections", []) if one.get("listen")]):
                self.listen(name, process, view)
        return record

    def listen(self, name, process, view):
        path = name.startswith("/")
        family = "unix" if path else "abstract" if name.startswith("@") else "tcp"
        bare = name.lstrip("@")
        existing = next((one for one in self.listeners if one["name"] == bare and one["family"] == family), None)
        if existing:
            existing["holders"].append(process)
            return
        one = {"family": family, "name": bare, "netns": NETNS, "inode": 50000 + len(self.listeners), "listening": True, "backlog": 511,
               "holders": [process]}
        if path:
            node = (self.trees[view].walk(view, name)["nodes"] or [{}])[-1]
            there = node.get("type") == "socket"
            one["file_dev"], one["file_ino"] = (node["dev"], node["ino"]) if there else (26, 99999)
        if name in self.host.get("full", {}):
            one["queued"], one["backlog"] = self.host["full"][name], self.host["full"][name] - 1
        self.listeners.append(one)

    # --- units ---

    def unit(self, name, one):
        fragment = one.get("fragment", f"/etc/systemd/system/{name}")
        settings = []
        for key, values in one.get("set", {}).items():
            for value in values if isinstance(values, list) else [values]:
                settings.append({"key": key, "value": value, "file": fragment, "line": len(settings) + 2})
        self.files[fragment] = "host"
        unit = {"name": name, "fragment": fragment, "load": one.get("load", "loaded"), "active": one.get("active", "active"),
                "at_boot": one.get("at_boot", "yes"), "settings": settings, "files": [file_of(fragment)]}
        return {**unit, "pid": one["pid"]} if one.get("pid") else unit

    @staticmethod
    def tmpfiles(line, number):
        words = (line.split() + ["-"] * 6)[:7]
        keys = ("type", "path", "mode", "user", "group")
        one = {key: word for key, word in zip(keys, words) if word != "-"}
        return {**one, "at": {"file": "/etc/tmpfiles.d/site.conf", "line": number}}

    # --- all ---

    def walks(self, facts):
        wanted = set()
        endpoints = [ref["endpoint"] for nginx in facts["nginx"] for ref in nginx.get("refs", [])]
        endpoints += [one["endpoint"] for server in facts["backends"] for one in server["sections"]] + list(self.host.get("targets", []))
        paths = {e[5:] for e in endpoints if e and e.startswith("unix:/")} | {one["name"] for one in facts["listeners"] if one["family"] == "unix"}
        for view in self.trees:
            wanted |= {(view, path) for path in paths | set(self.host.get("walks", []))}
        wanted |= {("host", path) for path in self.files} | {(view, path) for path, view in self.files.items()}
        for unit in facts.get("units", []):
            wanted.add(("host", f"/etc/systemd/system/{unit['name']}.d/zz-permfix.conf"))
            wanted |= {("host", f"/run/{one['value']}") for one in unit["settings"] if one["key"] == "Service.RuntimeDirectory"}
        wanted |= {("host", path) for path in ("/etc/tmpfiles.d/00-permfix.conf", "/etc/systemd/system")}
        for path in self.files:
            self.trees["host"].put(path, "file", 0o644, 0, 0)
        self.trees["host"].put("/etc/systemd/system", "dir", 0o755, 0, 0)
        self.trees["host"].put("/etc/tmpfiles.d", "dir", 0o755, 0, 0)
        return [self.trees[view].walk(view, path) for view, path in sorted(wanted)]

    def build(self):
        host = self.host
        record, view = self.nginx()
        worker = self.worker(record, view)
        facts = {"schema": "permfix.facts/v1", "host": {
            "id": "0" * 32, "boot": "00000000-0000-0000-0000-000000000000", "distro": host.get("distro", "debian 12"),
            "selinux": host.get("selinux", "absent"), "apparmor": host.get("apparmor", "absent"), "privileged": True,
            "systemd": host.get("systemd", False), "probing": bool(host.get("errno")), "mntns": MNTNS, "userns": USERNS, "netns": NETNS,
            "taken": TAKEN}}
        facts["accounts"] = self.accounts.facts()
        facts["nginx"], facts["workers"] = [record], [worker]
        facts["backends"] = [self.server(one) for one in host.get("servers", [])]
        facts["units"] = [self.unit(name, one) for name, one in sorted(host.get("units", {}).items())]
        facts["tmpfiles"] = [self.tmpfiles(line, n) for n, line in enumerate(host.get("tmpfiles", []), 1)]
        facts["units_unknown"], facts["tmpfiles_unknown"] = bool(host.get("units_unknown")), bool(host.get("tmpfiles_unknown"))
        facts["listeners"] = self.listeners
        facts["walks"] = self.walks(facts)
        facts["views"] = self.views
        facts["probes"] = [{"worker": "w1", "endpoint": endpoint, "error": error} for endpoint, error in host.get("errno", {}).items()]
        facts["targets"] = [{"given": one, "endpoint": one} for one in host.get("targets", [])]
        facts["edits"] = host.get("edits", [])
        facts["assumed"] = host.get("assumed", [])
        facts["policies"] = [{"file": "/etc/permfix/policy.d/site.policy", "text": host["policy"]}] if host.get("policy") else []
        return facts


def endpoint_of(listen):
    return f"unix:{listen}" if listen[0] in "/@" else f"tcp:{listen}"


def build(host):
    """The facts of a host that is described as above."""
    return Builder(host).build()
