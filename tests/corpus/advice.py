# SPDX-License-Identifier: MIT
"""From the words of a case's bad_advice to predicates over the steps of a plan; and those that no plan may ever meet."""
import re

GRANTS = {"path.mode", "path.owner", "path.acl", "phpfpm.listen", "uwsgi.option", "systemd.dropin", "group.add-member"}
MODE_KEYS = re.compile(r"^(mode|listen\.mode|chmod-socket|Socket\.SocketMode|Socket\.DirectoryMode|Service\.RuntimeDirectoryMode)$")


def octal(text):
    return int(text, 8) if text and re.fullmatch(r"[0-7]+", text) else None


def opens_to_all(step):
    """Bits for `other` that were not there; a umask that leaves some."""
    for change in step["changes"]:
        key, old, new = change["key"], octal(change["from"]), octal(change["to"])
        if MODE_KEYS.match(key) and new is not None and new & 0o007 & ~(old or 0):
            return True
        if key.endswith("UMask") and new is not None and ~new & 0o007:
            return True
        if step["kind"] == "path.acl" and key == "other:" and change["to"] and change["to"] != "---":
            return True
    return False


def special_bits(step):
    return any(MODE_KEYS.match(c["key"]) and (octal(c["to"]) or 0) & 0o7000 & ~(octal(c["from"]) or 0) for c in step["changes"])


def as_root(step):
    """A worker or a service as root."""
    return any(c["to"] in ("root", "0") and c["key"] in ("user", "Service.User", "uid") for c in step["changes"])


def nginx_user(step):
    return step["kind"] == "nginx.user"


def weakens(step):
    """SELinux or AppArmor switched off, or a sandboxing line taken back."""
    if step["kind"] in ("apparmor.flags", "selinux.boolean"):
        return True
    return any(re.match(r"Service\.(Private|Protect|NoNew|Restrict|SELinuxContext|AppArmorProfile)", c["key"]) for c in step["changes"])


def allow_rule(step):
    return step["kind"] == "selinux.module"


def into_tmp(step):
    """A socket that moves to a directory where everybody may write."""
    return step["kind"] in ("phpfpm.listen-path", "nginx.pass") and any(re.search(r"(^|:)/(var/)?tmp/", c["to"] or "") for c in step["changes"])


def into_docker(step):
    return step["kind"] == "group.add-member" and step["target"] == "docker"


def grants(step):
    """Anything that lets somebody in."""
    return step["kind"] in GRANTS


# Words of bad_advice → what no step may be. The first group of words is that of the corpus.
TABLE = (
    (r"0?[0-7]?(777|666)\b|o\+w|mask: 000", opens_to_all),
    (r"\b4777\b", special_bits),
    (r"change nginx `user www-data` to the login user", nginx_user),
    (r"workers as root|user root", as_root),
    (r"socket in /tmp", into_tmp),
    (r"group docker", into_docker),
    (r"docker\.sock|root control socket", grants),
    (r"setenforce 0|permissive|disable SELinux|label=disable|unconfined|aa-complain|httpd_can_network_connect|daemons_enable_cluster_mode", weakens),
    (r"audit2allow", allow_rule),
)
NEVER = (opens_to_all, special_bits, as_root, weakens, into_tmp)


def named(bad_advice):
    return [predicate for words, predicate in TABLE if bad_advice and re.search(words, bad_advice)]


def unread(bad_advice):
    """There is bad advice, and nothing here knows what it names."""
    return bool(bad_advice) and not named(bad_advice)


def offences(bad_advice, plan):
    """The steps of a plan that are what they must not be: a sentence each."""
    found = []
    for step in plan["steps"]:
        for predicate in dict.fromkeys((*named(bad_advice), *NEVER)):
            if step["kind"] != "manual" and predicate(step):
                found.append(f"bad advice as a step ({predicate.__name__}): {step['kind']} {step['target']}")
    return found


# A step of each kind of bad advice that a case of this layer names: the predicates are held to find them.
EXAMPLES = (
    ("code-12228382092-indieforger", "phpfpm.listen", "/etc/php5/fpm/pool.d/www.conf", "listen.mode", "0660", "0666"),
    ("gh-supysonic-143", "path.mode", "/tmp/supysonic-fcgi.sock", "mode", "0755", "4775"),
    ("gh-docker-php-222", "group.add-member", "docker", "member", None, "www-data"),
    ("gh-docker-php-222", "path.acl", "/run/docker.sock", "user:www-data", None, "rw-"),
    ("gh-unit-254-control", "path.owner", "/run/control.unit.sock", "group", "root", "www-data"),
    ("gh-code-6189708064-flask", "nginx.user", "/etc/nginx/nginx.conf", "user", "www-data", "herbew"),
    ("code-68719062345-vysota", "nginx.user", "/etc/nginx/nginx.conf", "user", "www-data", "root"),
    ("code-68719062345-vysota", "nginx.pass", "/etc/nginx/nginx.conf", "proxy_pass", "http://unix:/run/a.sock", "http://unix:/tmp/a.sock"),
    ("gh-turnkey-602", "path.mode", "/home/git/gitlab/tmp/sockets/gitlab.socket", "mode", "0755", "0757"),
    ("gh-ghost-4478", "systemd.dropin", "/etc/systemd/system/ghost.service.d/zz-permfix.conf", "Service.UMask", None, "0000"),
    ("setroubleshoot-uwsgi-connectto", "uwsgi.option", "/etc/uwsgi.ini", "chmod-socket", "660", "666"),
    ("setroubleshoot-uwsgi-connectto", "selinux.boolean", "httpd_can_network_connect", "value", "off", "on"),
)


def missed(cases):
    """Examples that nothing finds."""
    found = []
    for name, kind, target, key, old, new in EXAMPLES:
        step = {"kind": kind, "target": target, "changes": [{"key": key, "from": old, "to": new}]}
        if not any(predicate(step) for predicate in named(cases[name]["bad_advice"])):
            found.append(f"{name}: {kind} {key}={new}")
    return found
