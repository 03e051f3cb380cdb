# SPDX-License-Identifier: MIT
# What the `derive` files of golden cases say their changes with: see tests/golden/derive.

# node(PATH; CHANGE): the component PATH, in every walk.
def node($path; change): .walks |= map(.nodes |= map(if .path == $path then change else . end));

# setting(POOL; KEY; VALUE): a key of a pool in force; null takes it out.
def setting($pool; $key; $value): .backends |= map(if .sections then .sections |= map(if .name == $pool then
	.at.file as $file | .settings |= map(select(.key != $key)) |
	if $value == null then . else .settings += [{key: $key, value: $value, file: $file, line: 60}] end else . end) else . end);

# account(NAME; UID; PRIMARY GROUP): a user, and the group of its name where that is its primary one.
def account($name; $uid; $gid): .accounts.users += [{name: $name, uid: $uid, gid: $gid, home: "/nonexistent", shell: "/usr/sbin/nologin"}] |
	if any(.accounts.groups[]; .gid == $gid) then . else .accounts.groups += [{name: $name, gid: $gid}] end;

# group(NAME; GID; MEMBERS)
def group($name; $gid; $members): .accounts.groups += [{name: $name, gid: $gid, members: $members}];

# worker(N; NAME; ID): worker number N runs as that account, with its own group alone, because nginx's configuration says so.
def worker($n; $name; $id): .workers[$n] |= (.user = $name | .as.uid = $id | .as.ruid = $id | .as.gid = $id | .as.groups = [$id]) |
	.workers[$n].nginx as $nginx | .nginx[$nginx].user = $name;

# another_nginx(NAME; ID; PID): a further instance with the same configuration whose workers run as that account.
def another_nginx($name; $id; $pid): (.nginx | length) as $nginx | (.workers | length) as $n |
	.nginx += [.nginx[0] | .pid = $pid | .as.pid = $pid | .conf = "/etc/nginx-\($name)/nginx.conf"] |
	.workers += [.workers[0] | .id = "w\($n + 1)" | .nginx = $nginx | .as.pid = $pid + 1 | .pids = [$pid + 1]] | worker($n; $name; $id) |
	.probes += [.probes[] | select(.worker == "w1") | .worker = "w\($n + 1)"];

# probe(ENDPOINT; ERRNO): what connecting gave, for every worker.
def probe($endpoint; $errno): .workers as $workers | .probes = [.probes[]? | select(.endpoint != $endpoint)] +
	[$workers[] | {worker: .id, endpoint: $endpoint, error: $errno}];

# only(ENDPOINT): the one site that matters.
def only($endpoint): .nginx |= map(.refs |= map(select(.endpoint == $endpoint))) | .probes |= map(select(.endpoint == $endpoint));

# pass(OLD; NEW): the directive that named OLD names NEW.
def pass($old; $new): .nginx |= map(.refs |= map(if .endpoint == $old then .endpoint = $new | .written = $new else . end));

# rename(OLD; NEW): a path, in every string.
def rename($old; $new): walk(if type == "string" then split($old) | join($new) else . end);

def listener($name; change): .listeners |= map(if .name == $name then change else . end);
def no_listener($name): .listeners |= map(select(.name != $name));
def policy($text): .policies = [{file: "/etc/permfix/policy.d/site.policy", text: $text}];

# edit(POOL; CHANGES; TAKEN OUT; PUT IN): the answer of the helper for a pool of www.conf; its digests are made up.
def edit($pool; $changes; $old; $new): "/etc/php/8.2/fpm/pool.d/www.conf" as $file | .edits += [{
	key: "php-fpm:\($file) [\($pool)] \($changes)", before: "sha256:\("0" * 64)", after: "sha256:\("1" * 64)",
	diff: "--- a\($file)\n+++ b\($file)\n@@ -53,1 +53,1 @@\n-\($old)\n+\($new)\n"}];

# acl(LIST): an ACL from words as "user:33:6", "group_obj:6", "mask:4".
def acl($words): [$words[] | split(":") | if length == 3 then {tag: .[0], id: (.[1] | tonumber), perms: (.[2] | tonumber)}
	else {tag: .[0], perms: (.[1] | tonumber)} end];

# unit(NAME; CHANGE) and key(KEY; VALUE): a setting of a unit in its fragment; null takes it out. unit("x.service"; key("Service.UMask"; "0007")).
def unit($name; change): .units |= map(if .name == $name then change else . end);
def key($key; $value): .fragment as $file | .settings |= (map(select(.key != $key)) +
	if $value == null then [] else [{key: $key, value: $value, file: $file, line: 90}] end);

# backend(KIND; CHANGE): every server of that kind. stopped: it does not run.
def backend($kind; change): .backends |= map(if .kind == $kind then change else . end);
def stopped: .pid = 0 | .as |= {pid: 0, uid: .uid, gid: .gid, groups: .groups};

# absent(PATH): nothing is at the path, and nobody listens on it.
def absent($path): no_listener($path) | probe("unix:" + $path; 2) | .walks |= map(if any(.nodes[]; .path == $path) then
	.nodes |= map(select(.path != $path)) | .failed = 2 | .missing = $path else . end);
