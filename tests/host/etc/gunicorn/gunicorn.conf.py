# Under systemd the socket comes from gunicorn.socket, and bind and umask are
# not used; started directly (as root), gunicorn makes it app:www-data 0660.
bind = "unix:/run/gunicorn/app.sock"
umask = 0o117
user = "app"
group = "www-data"
workers = 1
# its heartbeat files; the default, /tmp, would change under the tests
worker_tmp_dir = "/dev/shm"
chdir = "/srv/app"
wsgi_app = "wsgi:application"
