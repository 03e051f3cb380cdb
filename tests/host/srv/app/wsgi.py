"""The application behind Gunicorn and uWSGI: answers every request."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi\n"]
