# SPDX-License-Identifier: MIT
"""What each case of cases.jsonl says of its host, in the words of lib/build_facts.py.

One entry for each case: either `other` (the layer its cause lies in, where that is not this one), or `undecided` (why its cause cannot be
told from its facts; then its states, if any, hold the bad advice alone), or what is to be found. Of the last:

    default   what the case does not say, and from where the recipe has it
    states    one host or several (what is true before and after a step of the report, or all that the report leaves possible), each with
              causes: words that must be found; "a|b": one of these; "a?": may be found as well. Nothing else may be.
              no_steps: nothing but advice for a person may be planned
    accepted  kinds of step of which one is the report's accepted fix; left out where that fix is no step of permfix, or not a safe one
"""

FPM5 = {"kind": "php-fpm", "version": "5.6", "config": "/etc/php5/fpm/php-fpm.conf"}


def fpm_pool(listen, file, name="www", **settings):
    """A pool of PHP-FPM; keys with an underscore for the dot."""
    keys = {key.replace("_", ".", 1): value for key, value in settings.items()}
    return {"name": name, "listen": listen, "file": file, "set": {"listen": listen, **keys}}


def passing(directive, argument, endpoint, **more):
    return {"pass": [(directive, argument, endpoint)], **more}


def php5(host_tree, distro, **settings):
    """nginx and PHP-FPM 5 on /var/run/php5-fpm.sock, as Debian and Ubuntu had them."""
    return {"distro": distro, "tree": host_tree, "errno": {"unix:/var/run/php5-fpm.sock": 13},
            "nginx": passing("fastcgi_pass", "unix:/var/run/php5-fpm.sock", "unix:/var/run/php5-fpm.sock", user="www-data"),
            "servers": [{**FPM5, "sections": [fpm_pool("/var/run/php5-fpm.sock", "/etc/php5/fpm/pool.d/www.conf", user="www-data",
                                                       group="www-data", **settings)]}]}


SELINUX = "SELinux"
APPARMOR = "AppArmor"

RECIPES = {
    # --- another layer ---
    "gh-code-34709759867-8200": {"other": SELINUX},
    "gh-nexus-115": {"other": SELINUX},
    "gh-dataverse-112": {"other": SELINUX},
    "gh-code-21150188932-gunicorn": {"other": SELINUX},
    "shib-httpd-shibd-sock": {"other": SELINUX},
    "traefik-podman-sock": {"other": SELINUX},
    "gitlab-socket-sl6": {"other": SELINUX},
    "puma-run-initrc": {"other": SELINUX},
    "isoplotr-3838-fragment": {"other": SELINUX},
    "fedora41-odoo-8069": {"other": SELINUX},
    "setup-script-8080": {"other": SELINUX},
    "hostnode-setroubleshoot-8443": {"other": SELINUX},
    "gh-qubes-9170": {"other": SELINUX},
    "gh-foreman-selinux-113": {"other": SELINUX},
    "gh-foreman-selinux-9": {"other": SELINUX},
    "gh-foreman-selinux-30": {"other": SELINUX},
    "gh-nautobot-44": {"other": SELINUX},
    "gh-bacchus-36": {"other": SELINUX},
    "setroubleshoot-platform-python": {"other": SELINUX},
    "gh-ara-49": {"other": SELINUX},
    "aa-docker-default-unix-create": {"other": APPARMOR},
    "gh-lmms-393": {"other": APPARMOR},

    # --- not to be decided ---
    "gh-cachet-3185": {"undecided": "neither the socket's owner and mode nor the pool's settings are given"},
    "gh-php79-44": {
        "undecided": "the listing is of eight hours after the error, when the socket was nobody's already; what it was before is not given",
        "states": [{
            "distro": "centos 7", "tree": ["srw-rw---- nobody nobody /var/run/php72_opencode.sock"],
            "nginx": passing("fastcgi_pass", "opencode_backend", "unix:/var/run/php72_opencode.sock", user="nobody",
                             upstreams={"opencode_backend": ["unix:/var/run/php72_opencode.sock"]}),
            "servers": [{"kind": "php-fpm", "version": "7.2", "config": "/etc/opt/remi/php72/php-fpm.conf", "sections": [
                fpm_pool("/var/run/php72_opencode.sock", "/var/opt/remi/php72/php-fpm.d/www.conf", listen_owner="nobody",
                         listen_group="nobody", listen_mode="0660")]}],
            "causes": []}]},
    "gh-vaprobash-306": {"undecided": "mod_fastcgi names an alias, never the socket; nothing of the socket or the pool is given"},
    "code-65750831442-user-group": {"undecided": "macOS; of the socket neither owner nor mode are given"},
    "code-12228382092-indieforger": {
        "undecided": "neither the socket's owner and mode nor the pool's settings are given",
        "states": [php5([f"{mode} {owner} {owner} /run/php5-fpm.sock"], "ubuntu 14.04")
                   for mode, owner in (("srw-rw----", "root"), ("srw-------", "root"), ("srw-r-----", "www-data"))]},
    "gh-nixpkgs-115208": {"undecided": "static files in a home: there is no upstream"},
    "gh-holo-366": {"undecided": "owner and mode of the socket are not given, nor who makes it (its service's DynamicUser could not, in /run)"},
    "gh-haproxy-ingress-504": {"undecided": "owner and mode of the socket before the fix are not given, nor its path"},
    "gh-fcgiwrap-59": {"undecided": "FreeBSD; which path nginx names is not given"},
    "gh-supysonic-143": {
        "undecided": "owner and mode of the socket are not given",
        "states": [{
            "tree": [f"{mode} {owner} {owner} /tmp/supysonic-fcgi.sock"], "accounts": {"supysonic": {}},
            "nginx": passing("fastcgi_pass", "unix:/tmp/supysonic-fcgi.sock", "unix:/tmp/supysonic-fcgi.sock", user="www-data"),
            "errno": {"unix:/tmp/supysonic-fcgi.sock": 13},
            "servers": [{"kind": "unknown", "comm": "python", "user": owner, "umask": umask, "sections": [{"listen": "/tmp/supysonic-fcgi.sock"}]}]}
            for mode, owner, umask in (("srwxr-xr-x", "supysonic", "0022"), ("srwxr-xr-x", "root", "0022"), ("srwxrwx---", "supysonic", "0007"))]},
    "gh-nginx-wiki-426": {"undecided": "about an example that puts its socket in /tmp: no host, and nothing says whose /tmp is private"},
    "code-477548526-php73": {"undecided": "which user the workers had is not given: a missing directive and the nginx.org package differ"},

    # --- PHP-FPM ---
    "gh-hhvm-vagrant-18": {
        "default": "worker www-data, pool without listen.* (its file is named in the fix, its content is not given)",
        "states": [{
            "distro": "debian 8", "tree": ["srw-rw---- root root /run/php-fpm.sock"], "errno": {"unix:/var/run/php-fpm.sock": 13},
            "nginx": passing("fastcgi_pass", "unix:/var/run/php-fpm.sock", "unix:/var/run/php-fpm.sock", user="www-data"),
            "servers": [{**FPM5, "sections": [fpm_pool("/var/run/php-fpm.sock", "/etc/php5/fpm/pool.d/site.conf", "site", user="www-data",
                                                       group="www-data")]}],
            "causes": ["socket-group"]}],
        "accepted": ["phpfpm.listen"]},
    "gh-ansible-php-fpm-33": {
        "default": "worker www-data; listen.group and listen.mode unset as well: the fix sets all three",
        "states": [{**php5(["srw-rw---- root root /run/php5-fpm.sock"], "ubuntu 14.04"), "causes": ["socket-group"]}],
        "accepted": ["phpfpm.listen"]},
    "gh-vesta-546": {
        "default": "listen.owner and listen.mode unset; an account nginx, since the group is there",
        "states": [{
            "distro": "debian 8", "accounts": {"nginx": {}}, "tree": ["srw-rw---- root nginx /run/php5-domain.tld.sock"],
            "errno": {"unix:/var/run/php5-domain.tld.sock": 13},
            "nginx": passing("fastcgi_pass", "unix:/var/run/php5-domain.tld.sock", "unix:/var/run/php5-domain.tld.sock", user="www-data"),
            "servers": [{**FPM5, "sections": [fpm_pool("/var/run/php5-domain.tld.sock", "/etc/php5/fpm/pool.d/domain.tld.conf", "domain.tld",
                                                       listen_group="nginx")]}],
            "causes": ["socket-group"]}],
        "accepted": ["phpfpm.listen"]},
    "code-30224485341-tmp-www": {
        "default": "compiled-in user nobody, pool without listen.*, in the one file that is named",
        "states": [{
            "distro": "centos 6", "tree": ["srw-rw---- root root /tmp/www.sock"], "errno": {"unix:/tmp/www.sock": 13},
            "nginx": passing("fastcgi_pass", "unix:/tmp/www.sock", "unix:/tmp/www.sock", exe="/usr/local/nginx/sbin/nginx",
                             conf="/usr/local/nginx/conf/nginx.conf"),
            "servers": [{"kind": "php-fpm", "version": "5.6", "config": "/usr/local/php/etc/php-fpm.conf", "exe": "/usr/local/php/sbin/php-fpm",
                         "sections": [fpm_pool("/tmp/www.sock", "/usr/local/php/etc/php-fpm.conf")]}],
            "causes": ["socket-group"]}],
        "accepted": ["phpfpm.listen"]},
    "nginx-handbook-es": {
        "default": "Ubuntu's pool as shipped: listen.owner and listen.group www-data, mode 0660; the accepted fix is a line that is not there yet (manual)",
        "states": [{
            "distro": "ubuntu 20.04", "systemd": True, "errno": {"unix:/var/run/php/php7.4-fpm.sock": 13},
            "tree": ["drwxr-xr-x www-data www-data /run/php", "srw-rw---- www-data www-data /run/php/php7.4-fpm.sock"],
            "nginx": passing("fastcgi_pass", "unix:/var/run/php/php7.4-fpm.sock", "unix:/var/run/php/php7.4-fpm.sock"),
            "units": {"php7.4-fpm.service": {"set": {"Service.Type": "notify"}}}, "tmpfiles": ["d /run/php 0755 www-data www-data - -"],
            "servers": [{"kind": "php-fpm", "version": "7.4", "config": "/etc/php/7.4/fpm/php-fpm.conf", "unit": "php7.4-fpm.service",
                         "sections": [fpm_pool("/run/php/php7.4-fpm.sock", "/etc/php/7.4/fpm/pool.d/www.conf", user="www-data",
                                               group="www-data", listen_owner="www-data", listen_group="www-data")]}],
            "causes": ["worker-user"]}],
        "accepted": ["manual"]},
    "gh-php-src-1697": {
        "default": "a pool in /run/php with listen.group www-data; the default ACL's other entries as setfacl -d -m g::rx makes them",
        "states": [{
            "tree": ["drwxr-xr-x root root /run/php default user::rwx group::r-x other::r-x", "srw-r----- app www-data /run/php/app.sock"],
            "accounts": {"app": {"uid": 1000}}, "errno": {"unix:/run/php/app.sock": 13},
            "nginx": passing("fastcgi_pass", "unix:/run/php/app.sock", "unix:/run/php/app.sock", user="www-data"),
            "servers": [{"kind": "php-fpm", "version": "8.2", "config": "/etc/php/8.2/fpm/php-fpm.conf", "sections": [
                fpm_pool("/run/php/app.sock", "/etc/php/8.2/fpm/pool.d/app.conf", "app", user="app", listen_owner="app", listen_group="www-data",
                         listen_mode="0660")]}],
            "causes": ["socket-mode|acl-mask"]}]},
    "gh-caddy-703": {
        "default": "Fedora's pool as shipped: listen.acl_users = apache,nginx; Caddy stands for the front end",
        "states": [{
            "distro": "fedora 23", "front": "caddy", "accounts": {"caddy": {}, "apache": {"uid": 48}}, "targets": ["unix:/run/php-fpm/www.sock"],
            "tree": ["srw-rw---- root root /run/php-fpm/www.sock acl user::rw- user:apache:rw- user:nginx:rw- group::rw- mask:rw- other:---"],
            "servers": [{"kind": "php-fpm", "version": "5.6", "config": "/etc/php-fpm.conf", "sections": [
                fpm_pool("/run/php-fpm/www.sock", "/etc/php-fpm.d/www.conf", listen_acl_users="apache,nginx")]}],
            "causes": ["acl-users-override"]}],
        "accepted": ["phpfpm.listen"]},
    "gh-maxexcloo-7": {
        "default": "vboxsf for the mounted /data (the report is of Docker on macOS); the pool's file; nothing that would start the stopped server again (so the accepted fix, another listen, is told to a person)",
        "states": [{
            "tree": ["drwxr-xr-x root root /data on vboxsf", "drwxr-xr-x root root /data/run"], "errno": {"unix:/data/run/php-fpm.sock": 2},
            "nginx": passing("fastcgi_pass", "unix:/data/run/php-fpm.sock", "unix:/data/run/php-fpm.sock", user="www-data"),
            "servers": [{**FPM5, "pid": 0, "sections": [fpm_pool("/data/run/php-fpm.sock", "/etc/php5/fpm/pool.d/www.conf",
                                                                 listen_owner="www-data", listen_group="www-data")]}],
            "causes": ["server-cannot-create"]}],
        "accepted": ["manual"]},
    "gh-matomo-dev-10": {
        "default": "a vboxsf share of Vagrant with its usual mode; Upstart (so the accepted fix, another listen, is told to a person)",
        "states": [{
            "distro": "ubuntu 14.04", "accounts": {"vagrant": {"uid": 1000}}, "errno": {"unix:/home/vagrant/www/piwik/tmp/fpm.socket": 2},
            "tree": ["drwxr-xr-x vagrant vagrant /home/vagrant", "drwxrwxrwx vagrant vagrant /home/vagrant/www on vboxsf",
                     "drwxrwxrwx vagrant vagrant /home/vagrant/www/piwik", "drwxrwxrwx vagrant vagrant /home/vagrant/www/piwik/tmp"],
            "nginx": passing("fastcgi_pass", "unix:/home/vagrant/www/piwik/tmp/fpm.socket", "unix:/home/vagrant/www/piwik/tmp/fpm.socket",
                             user="www-data"),
            "servers": [{**FPM5, "pid": 0, "sections": [fpm_pool("/home/vagrant/www/piwik/tmp/fpm.socket", "/etc/php5/fpm/pool.d/www.conf",
                                                                 listen_owner="www-data", listen_group="www-data")]}],
            "causes": ["server-cannot-create"]}],
        "accepted": ["manual"]},
    "gh-baikal-10": {
        "default": "one container for both, with no systemd; php-fpm's own account; /var/run of the image is root's",
        "states": [{
            "accounts": {"php": {}}, "errno": {"unix:/var/run/php-fpm.sock": 2},
            "nginx": passing("fastcgi_pass", "unix:/var/run/php-fpm.sock", "unix:/var/run/php-fpm.sock", user="www-data"),
            "servers": [{"kind": "php-fpm", "version": "8.2", "pid": 0, "user": "php", "config": "/etc/php/8.2/fpm/php-fpm.conf", "sections": [
                fpm_pool("/var/run/php-fpm.sock", "/etc/php/8.2/fpm/pool.d/www.conf")]}],
            "causes": ["server-cannot-create"]}]},
    "gh-nginxconfig-155": {
        "default": "nothing: nginx's own words about its configuration",
        "states": [{
            "nginx": passing("fastcgi_pass", "php", None, conf="/etc/nginx/nginxconfig.io/php_fastcgi.conf", user="www-data",
                             problem="\"php\": no port in upstream"),
            "causes": ["unresolved"], "no_steps": True}]},

    # --- Gunicorn ---
    "gh-code-6189708064-flask": {
        "default": "Gunicorn runs as the socket's owner; Ubuntu's mode of homes, 0750",
        "states": [{
            "distro": "ubuntu 22.04", "accounts": {"herbew": {"uid": 1000}}, "errno": {"unix:/home/herbew/messaging/flask.sock": 13},
            "tree": ["drwxr-x--- herbew herbew /home/herbew", "drwxrwxr-x herbew herbew /home/herbew/messaging",
                     "srwxrwx--- herbew www-data /home/herbew/messaging/flask.sock"],
            "nginx": passing("proxy_pass", "http://unix:/home/herbew/messaging/flask.sock", "unix:/home/herbew/messaging/flask.sock",
                             user="www-data"),
            "servers": [{"kind": "gunicorn", "user": "herbew", "group": "www-data", "groups": ["herbew", "www-data"], "umask": "0007",
                         "sections": [{"listen": "/home/herbew/messaging/flask.sock", "set": {"umask": "007"}}]}],
            "causes": ["home-dir"]}]},
    "gh-xroad-1609": {
        "default": "the name of the socket; Gunicorn's own mode, 0777",
        "states": [{
            "distro": "ubuntu 22.04", "accounts": {"ca": {"uid": 1001}},
            "tree": ["drwxr-x--- ca ca /home/ca", "drwxr-xr-x ca ca /home/ca/CA", "srwxrwxrwx ca ca /home/ca/CA/ca.sock"],
            "nginx": passing("proxy_pass", "http://unix:/home/ca/CA/ca.sock", "unix:/home/ca/CA/ca.sock", user="www-data"),
            "servers": [{"kind": "gunicorn", "user": "ca", "sections": [{"listen": "/home/ca/CA/ca.sock"}]}],
            "causes": ["home-dir"]}]},
    "code-32332171102-websysmon": {
        "default": "worker www-data, an account of the project's own; Gunicorn's own mode, 0777",
        "states": [{
            "accounts": {"websysmon": {}}, "errno": {"unix:/path/to/websysmon_server/gunicorn.sock": 13},
            "tree": [f"{mode} websysmon websysmon /path/to/websysmon_server", "srwxrwxrwx websysmon websysmon /path/to/websysmon_server/gunicorn.sock"],
            "nginx": passing("proxy_pass", "http://unix:/path/to/websysmon_server/gunicorn.sock",
                             "unix:/path/to/websysmon_server/gunicorn.sock", user="www-data"),
            "servers": [{"kind": "gunicorn", "user": "websysmon", "sections": [{"listen": "/path/to/websysmon_server/gunicorn.sock"}]}],
            "causes": ["dir-search"]} for mode in ("drwxr-x---", "drwx------")],
        "accepted": ["path.acl", "path.owner", "path.mode"]},
    "code-68719062345-vysota": {
        "default": "what makes /run/vysota is not given: a unit that was not read",
        "states": [{
            "systemd": True, "units_unknown": True, "accounts": {"vysota": {}}, "errno": {"unix:/run/vysota/gunicorn.sock": 13},
            "tree": ["drwxr-x--- vysota vysota /run/vysota", "srw-rw---- vysota vysota /run/vysota/gunicorn.sock"],
            "nginx": passing("proxy_pass", "http://unix:/run/vysota/gunicorn.sock", "unix:/run/vysota/gunicorn.sock", user="www-data"),
            "servers": [{"kind": "gunicorn", "user": "vysota", "umask": "0007", "sections": [
                {"listen": "/run/vysota/gunicorn.sock", "set": {"umask": "0117"}}]}],
            "causes": ["dir-search", "socket-group"]}],
        "accepted": ["group.add-member", "systemd.dropin", "path.owner"]},
    "gh-gunicorn-1524": {
        "default": "a server block for the socket; systemd's own modes",
        "states": [{
            "distro": "ubuntu 16.04", "systemd": True, "accounts": {"vagrant": {"uid": 1000}},
            "tree": ["drwxr-xr-x vagrant www-data /run/gunicorn"] + socket,
            "nginx": passing("proxy_pass", "http://unix:/run/gunicorn/gunicorn.sock", "unix:/run/gunicorn/gunicorn.sock", user="www-data"),
            "errno": {"unix:/run/gunicorn/gunicorn.sock": 0 if socket else 2},
            "servers": [
                {"kind": "systemd", "unit": "gunicorn.socket", "config": "/etc/systemd/system/gunicorn.socket", "sections": [
                    {"name": "gunicorn.socket", "listen": "/run/gunicorn/gunicorn.sock"}]},
                {"kind": "gunicorn", "unit": "gunicorn.service", "user": "vagrant", "group": "www-data", "listens": ["/run/gunicorn/gunicorn.sock"]}],
            "units": {"gunicorn.socket": {"set": {"Socket.ListenStream": "/run/gunicorn/gunicorn.sock"}},
                      "gunicorn.service": {"set": {"Service.RuntimeDirectory": "gunicorn", "Service.PrivateTmp": "true", "Service.User": "vagrant",
                                                   "Service.Group": "www-data"}}},
            "causes": causes} for socket, causes in (
                (["srw-rw-rw- vagrant www-data /run/gunicorn/gunicorn.sock"], ["not-durable", "world-access?"]),
                ([], ["never-created|server-cannot-create", "not-durable?"]))]},
    "gh-galaxy-16032": {
        "default": "Gunicorn's own mode; that it listens at the path without the suffix (the accepted fix is to name that)",
        "states": [{
            "accounts": {"galaxy": {}}, "errno": {"unix:/galaxy/var/config/gunicorn.sock:/galaxy_22_05": 2},
            "tree": ["drwxr-xr-x galaxy galaxy /galaxy/var/config", "srwxrwxrwx galaxy galaxy /galaxy/var/config/gunicorn.sock"],
            "nginx": passing("proxy_pass", "http://galaxy", "unix:/galaxy/var/config/gunicorn.sock:/galaxy_22_05", user="www-data",
                             upstreams={"galaxy": ["unix:/galaxy/var/config/gunicorn.sock:/galaxy_22_05"]}),
            "servers": [{"kind": "gunicorn", "user": "galaxy", "sections": [{"listen": "/galaxy/var/config/gunicorn.sock"}]}],
            "causes": ["path-mismatch"]}],
        "accepted": ["nginx.pass"]},

    # --- uWSGI ---
    "gh-shellbye-20": {
        "default": "PrivateTmp of CentOS' nginx.service; uWSGI's mode without chmod-socket",
        "states": [{
            "distro": "centos 7", "systemd": True, "accounts": {"xxx": {"uid": 1000}}, "tree": ["srwxr-xr-x xxx xxx /tmp/xxx.sock"],
            "nginx": passing("uwsgi_pass", "unix:/tmp/xxx.sock", "unix:/tmp/xxx.sock", user="nginx", private=["/tmp", "/var/tmp"],
                             unit="nginx.service"),
            "units": {"nginx.service": {"set": {"Service.PrivateTmp": "true"}}}, "errno": {"unix:/tmp/xxx.sock": 2},
            "servers": [{"kind": "uwsgi", "user": "xxx", "sections": [{"listen": "/tmp/xxx.sock"}]}],
            "causes": ["private-tmp", "socket-owner?"]}]},
    "gh-uwsgi-docs-475": {
        "default": "PrivateTmp of Fedora's nginx.service; chmod-socket as the guide has it",
        "states": [{
            "distro": "fedora 39", "systemd": True, "accounts": {"foobar": {"uid": 1000}}, "tree": ["srw-rw-rw- foobar foobar /tmp/uwsgi.sock"],
            "nginx": passing("uwsgi_pass", "unix:/tmp/uwsgi.sock", "unix:/tmp/uwsgi.sock", user="nginx", private=["/tmp", "/var/tmp"],
                             unit="nginx.service"),
            "units": {"nginx.service": {"set": {"Service.PrivateTmp": "true"}}},
            "servers": [{"kind": "uwsgi", "user": "foobar", "sections": [{"listen": "/tmp/uwsgi.sock", "set": {"chmod-socket": "666"}}]}],
            "causes": ["private-tmp"]}]},
    "gh-uwsgi-709": {
        "default": "worker www-data; started as summit, since the socket is summit's and its group is not the one of gid=",
        "states": [{
            "distro": "ubuntu 14.04", "accounts": {"summit": {"uid": 1000}}, "tree": ["srw-rw-r-- summit summit /tmp/summit.sock"],
            "nginx": passing("uwsgi_pass", "unix:/tmp/summit.sock", "unix:/tmp/summit.sock", user="www-data"), "errno": {"unix:/tmp/summit.sock": 13},
            "servers": [{"kind": "uwsgi", "user": "summit", "config": "/etc/uwsgi/summit.ini", "sections": [
                {"name": "uwsgi", "listen": "/tmp/summit.sock", "set": {"chmod-socket": "664", "uid": "summit", "gid": "www-data"}}]}],
            "causes": ["socket-group"]}]},
    "gh-uwsgi-nginx-flask-119": {
        "default": "the image's uwsgi.ini (chown-socket nginx:nginx, chmod-socket 664); umask 022 of the container, so 0755 after bind()",
        "states": [{
            "accounts": {"nginx": {"uid": 101}}, "tree": ["srwxr-xr-x root root /tmp/uwsgi.sock"],
            "nginx": passing("uwsgi_pass", "unix:///tmp/uwsgi.sock", "unix:/tmp/uwsgi.sock", user="nginx"), "errno": {"unix:/tmp/uwsgi.sock": 13},
            "servers": [{"kind": "uwsgi", "pid": 0, "config": "/etc/uwsgi/uwsgi.ini", "sections": [
                {"name": "uwsgi", "listen": "/tmp/uwsgi.sock", "set": {"chown-socket": "nginx:nginx", "chmod-socket": "664"}}]}],
            "causes": ["not-listening", "stale-socket|socket-owner"]}]},
    "gh-uwsgi-1465": {
        "default": "uWSGI listens on 127.0.0.1 (the accepted fix is to name that)",
        "states": [{
            "nginx": passing("uwsgi_pass", argument, f"tcp:{argument}", user="www-data"), "no_steps": True,
            "servers": [{"kind": "uwsgi", "user": "www-data", "listens": ["127.0.0.1:6667"]}], "errno": errno, "causes": causes}
            for argument, errno, causes in (("localhost:6667", {}, []), ("[::1]:6667", {"tcp:[::1]:6667": 111}, ["not-listening"]))]},
    "code-6754376907-healthchecks": {
        "default": "owner of the socket and its bits: the accepted fix, membership in www-data, needs a group www-data that may write",
        "states": [{
            "distro": "debian 11", "accounts": {"nginx": {"uid": 101}, "healthchecks": {"uid": 1001}},
            "tree": ["drwxr-xr-x root root /var/www/healthchecks", "srw-rw---- www-data www-data /var/www/healthchecks/wsgi.sock"],
            "nginx": passing("uwsgi_pass", "unix:/var/www/healthchecks/wsgi.sock", "unix:/var/www/healthchecks/wsgi.sock", user="nginx",
                             default_user="nginx"), "errno": {"unix:/var/www/healthchecks/wsgi.sock": 13},
            "servers": [{"kind": "uwsgi", "user": "www-data", "sections": [{"listen": "/var/www/healthchecks/wsgi.sock",
                                                                            "set": {"chmod-socket": "660"}}]}],
            "causes": ["socket-group"]}],
        "accepted": ["group.add-member"]},
    "setroubleshoot-uwsgi-connectto": {
        "default": "uWSGI runs as root in no unit that was read; SELinux enforces, its decisions are another layer's",
        "states": [
            {"distro": "centos 7", "systemd": True, "units_unknown": True, "selinux": "enforcing", "tree": ["srw-rw-rw- root root /run/uwsgi.sock"],
             "nginx": passing("uwsgi_pass", "unix:///run/uwsgi.sock", "unix:/run/uwsgi.sock", user="nginx"),
             "servers": [{"kind": "uwsgi", "sections": [{"listen": "/run/uwsgi.sock", "set": {"chmod-socket": "666"}}]}],
             "errno": {"unix:/run/uwsgi.sock": 13}, "causes": ["selinux-connectto?", "other?"], "no_steps": True},
            {"distro": "centos 7", "systemd": True, "units_unknown": True, "selinux": "enforcing", "tree": ["srw-rw-rw- root root /tmp/uwsgi.sock"],
             "nginx": passing("uwsgi_pass", "unix:///tmp/uwsgi.sock", "unix:/tmp/uwsgi.sock", user="nginx", private=["/tmp", "/var/tmp"]),
             "servers": [{"kind": "uwsgi", "sections": [{"listen": "/tmp/uwsgi.sock", "set": {"chmod-socket": "666"}}]}],
             "errno": {"unix:/tmp/uwsgi.sock": 2}, "causes": ["private-tmp"]}]},

    # --- Node, Unicorn, Puma and whatever else listens ---
    "gh-ghost-4478": {
        "default": "an account of Ghost's own, a path in its directory",
        "states": [{
            "accounts": {"ghost": {}}, "tree": ["drwxr-xr-x ghost ghost /var/www/ghost", f"{mode} ghost ghost /var/www/ghost/ghost.sock"],
            "nginx": passing("proxy_pass", "http://unix:/var/www/ghost/ghost.sock", "unix:/var/www/ghost/ghost.sock", user="www-data"),
            "servers": [{"kind": "node", "user": "ghost", "umask": umask, "sections": [{"listen": "/var/www/ghost/ghost.sock"}]}],
            "causes": [cause]} for mode, umask, cause in (("srwxr-xr-x", "0022", "socket-owner"), ("srwxrwxr-x", "0002", "socket-group"))]},
    "gh-websockets-1517": {
        "default": "umask 022; path and account of the program",
        "states": [{
            "accounts": {"app": {"uid": 1000}}, "tree": ["drwxr-xr-x app app /srv/app", "srwxr-xr-x app app /srv/app/ws.sock"],
            "nginx": passing("proxy_pass", "http://unix:/srv/app/ws.sock", "unix:/srv/app/ws.sock", user="www-data"),
            "servers": [{"kind": "unknown", "comm": "python3", "user": "app", "umask": "0022", "sections": [{"listen": "/srv/app/ws.sock"}]}],
            "errno": {"unix:/srv/app/ws.sock": 13}, "causes": ["socket-owner"]}]},
    "gh-fastcgipp-97": {
        "default": "worker www-data as in Raspberry Pi OS",
        "states": [{
            "distro": "raspbian 10", "accounts": {"pi": {"uid": 1000, "groups": ["sudo"]}}, "tree": ["srwxr-xr-x pi pi /tmp/rtjambox.sock"],
            "nginx": passing("fastcgi_pass", "unix:/tmp/rtjambox.sock", "unix:/tmp/rtjambox.sock", user="www-data"),
            "servers": [{"kind": "unknown", "comm": "rtjambox", "user": "pi", "umask": "0022", "sections": [{"listen": "/tmp/rtjambox.sock"}]}],
            "errno": {"unix:/tmp/rtjambox.sock": 13}, "causes": ["socket-owner"]}]},
    "gh-sockexec-12": {
        "default": "workers nobody, as OpenResty's configuration without a user directive has them; the unit's umask 022",
        "states": [{
            "systemd": True, "tree": ["srwxr-xr-x root root /tmp/exec.sock"], "errno": {"unix:/tmp/exec.sock": 13},
            "nginx": passing("proxy_pass", "http://unix:/tmp/exec.sock", "unix:/tmp/exec.sock", exe="/usr/local/openresty/nginx/sbin/nginx",
                             conf="/usr/local/openresty/nginx/conf/nginx.conf"),
            "units": {"sockexec.service": {"set": {"Service.User": "root", "Service.ExecStart": "/usr/local/bin/sockexec /tmp/exec.sock"}}},
            "servers": [{"kind": "unknown", "comm": "sockexec", "unit": "sockexec.service", "umask": "0022", "sections": [{"listen": "/tmp/exec.sock"}]}],
            "causes": ["socket-owner"]}]},
    "gh-ansible-gitlab-55": {
        "default": "worker www-data, in no group of git's; the directories on the way are open (the report names the socket alone)",
        "states": [{
            "distro": "ubuntu 16.04", "accounts": {"git": {}}, "errno": {"unix:/var/opt/gitlab/gitlab-workhorse/socket": 13},
            "tree": ["drwxr-xr-x git git /var/opt/gitlab/gitlab-workhorse", "srwxr-xr-x git git /var/opt/gitlab/gitlab-workhorse/socket"],
            "nginx": passing("proxy_pass", "http://unix:/var/opt/gitlab/gitlab-workhorse/socket", "unix:/var/opt/gitlab/gitlab-workhorse/socket",
                             user="www-data"),
            "servers": [{"kind": "unknown", "comm": "gitlab-workhors", "user": "git", "umask": "0022", "sections": [
                {"listen": "/var/opt/gitlab/gitlab-workhorse/socket"}]}],
            "causes": ["socket-owner"]}]},
    "gh-turnkey-602": {
        "default": "mode before the fix: what a umask of 022 or 007 leaves; Debian 8's mode of homes, 0755",
        "states": [{
            "distro": "debian 8", "accounts": {"git": {"uid": 1000, "home": "/home/git"}},
            "tree": ["drwxr-xr-x git git /home/git", "drwxr-xr-x git git /home/git/gitlab", "drwxr-xr-x git git /home/git/gitlab/tmp",
                     "drwxr-xr-x git git /home/git/gitlab/tmp/sockets", f"{mode} git git /home/git/gitlab/tmp/sockets/gitlab.socket"],
            "nginx": passing("proxy_pass", "http://unix:/home/git/gitlab/tmp/sockets/gitlab.socket",
                             "unix:/home/git/gitlab/tmp/sockets/gitlab.socket", user="www-data"),
            "errno": {"unix:/home/git/gitlab/tmp/sockets/gitlab.socket": 13},
            "servers": [{"kind": "unicorn", "user": "git", "umask": "0022", "sections": [
                {"listen": "/home/git/gitlab/tmp/sockets/gitlab.socket", "unclear": "the configuration file was not read"}]}],
            "causes": [cause]} for mode, cause in (("srwxr-xr-x", "socket-owner"), ("srwxrwx---", "socket-group"))],
        "accepted": ["group.add-member"]},
    "gh-nixpkgs-177284-miniflux": {
        "default": "NixOS' unit: DynamicUser, so owner and group of the directory are an account of its own",
        "states": [{
            "distro": "nixos 22.05", "systemd": True, "accounts": {"miniflux": {"uid": 61200}}, "errno": {"unix:/run/miniflux/miniflux.socket": 13},
            "tree": ["drwx------ miniflux miniflux /run/miniflux", "srwxrwxrwx miniflux miniflux /run/miniflux/miniflux.sock"],
            "nginx": passing("proxy_pass", "http://unix:/run/miniflux/miniflux.socket:", "unix:/run/miniflux/miniflux.socket", user="nginx"),
            "units": {"miniflux.service": {"pid": 402, "set": {"Service.DynamicUser": "true", "Service.RuntimeDirectory": "miniflux",
                                                   "Service.RuntimeDirectoryMode": "0700"}}},
            "servers": [{"kind": "unknown", "comm": "miniflux", "user": "miniflux", "unit": "miniflux.service", "umask": "0022",
                         "sections": [{"listen": "/run/miniflux/miniflux.sock"}]}],
            "causes": ["dir-search", "path-mismatch?"]}],
        "accepted": ["systemd.dropin"]},
    "gh-unit-254-control": {
        "default": "worker www-data as in Ubuntu",
        "states": [{
            "distro": "ubuntu 18.04", "tree": ["srw------- root root /run/control.unit.sock"], "errno": {"unix:/var/run/control.unit.sock": 13},
            "nginx": passing("proxy_pass", "http://unix:/var/run/control.unit.sock", "unix:/var/run/control.unit.sock", user="www-data"),
            "servers": [{"kind": "unknown", "comm": "unitd", "sections": [{"listen": "/var/run/control.unit.sock"}]}],
            "causes": ["socket-owner"], "no_steps": True}]},
    "gh-unit-742": {
        "default": "owner and modes of the prefix",
        "states": [{
            "tree": ["drwxr-xr-x root root /opt/local/unit/var/run"], "errno": {"unix:/opt/local/unit/var/run/unit/control.unit.sock": 2},
            "nginx": passing("proxy_pass", "http://unix:/opt/local/unit/var/run/unit/control.unit.sock",
                             "unix:/opt/local/unit/var/run/unit/control.unit.sock", user="www-data"),
            "causes": ["never-created|server-cannot-create"]}]},
    "gh-docker-php-222": {
        "default": "Docker's own owner and mode, root:docker 0660; the program's account, www-data, stands for the worker",
        "states": [{
            "tree": ["srw-rw---- root docker /run/docker.sock"], "front": "www-data", "targets": ["unix:/var/run/docker.sock"],
            "servers": [{"kind": "unknown", "comm": "dockerd", "sections": [{"listen": "/var/run/docker.sock"}]}],
            "causes": ["socket-group"], "no_steps": True},
            {"tree": ["srw-rw---- root docker /run/docker.sock"], "accounts": {"www-data": {"uid": 33, "groups": ["docker"]}},
             "nginx": passing("proxy_pass", "http://unix:/var/run/docker.sock", "unix:/var/run/docker.sock", user="www-data"),
             "worker": {"groups": ["www-data"]}, "errno": {"unix:/var/run/docker.sock": 13},
             "servers": [{"kind": "unknown", "comm": "dockerd", "sections": [{"listen": "/var/run/docker.sock"}]}],
             "causes": ["stale-groups"]}]},
    "gh-haproxy_exporter-135": {
        "default": "nothing; the exporter's account stands for the worker",
        "states": [{
            "distro": "centos 7", "accounts": {"haproxy": {"uid": 993, "gid": 994}, "prometheus": {"groups": ["haproxy"]}}, "front": "prometheus",
            "groups": {"haproxy": 994}, "tree": ["srw-r--r-- root haproxy /run/haproxy/admin.sock"], "targets": ["unix:/run/haproxy/admin.sock"],
            "servers": [{"kind": "unknown", "comm": "haproxy", "sections": [{"listen": "/run/haproxy/admin.sock"}]}],
            "causes": ["socket-mode"]}]},
    "gh-foremanctl-608-ipv6": {
        "default": "the front end's account; Apache is not read, so its endpoint is asked about",
        "states": [{
            "distro": "rhel 9", "accounts": {"apache": {"uid": 48}, "foreman": {}}, "front": "apache", "targets": ["tcp:[::1]:3000"],
            "servers": [{"kind": "puma", "user": "foreman", "listens": ["127.0.0.1:3000"]}],
            "causes": ["not-listening"], "no_steps": True}]},
}
