"""gunicorn: gunicorn --config /etc/tilekeep/gunicorn.conf.py application:application."""

chdir = "/etc/tilekeep"
bind = "127.0.0.1:8080"

# Processes share the work of the processor, threads wait for map servers and disks.
workers = 4
worker_class = "gthread"
threads = 8

# The configuration is read once, before the workers are forked.
preload_app = True
