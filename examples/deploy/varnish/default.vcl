vcl 4.1;

# Varnish in front of Tilekeep: keeps what Tilekeep's headers permit, for as long as they say.
backend tilekeep {
  .host = "127.0.0.1";
  .port = "8080";
  .probe = { .url = "/health/ready"; .interval = 5s; .timeout = 2s; .window = 4; .threshold = 2; .initial = 2; }
}

sub vcl_recv {
  # Nothing of Tilekeep depends on cookies; with one, nothing would be kept.
  unset req.http.Cookie;
  # Whoever reaches Varnish must not say under which address he does.
  unset req.http.X-Script-Name;
  set req.http.X-Forwarded-Host = req.http.Host;
  # What watches over the server is for nobody outside.
  # No first part of a path needs an escape, which would lead past the rule.
  if (req.url ~ "^/+(health|metrics|admin)" || req.url ~ "^/[^/?]*%") {
    return (synth(404));
  }
}

sub vcl_backend_response {
  # Errors and stand-ins come with no-store, which Varnish would obey without remembering it for others who wait.
  if (beresp.http.Cache-Control ~ "no-store") {
    set beresp.uncacheable = true;
    set beresp.ttl = 5s;
  }
}
