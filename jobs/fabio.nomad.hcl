# fabio on every node of a pool: HTTP traffic on one port, its UI (read-only) on another, and on a third what a load
# balancer in front of it asks: GET /health is 200 while the node takes traffic. Routes come from the tags of healthy
# services in Consul (`urlprefix-/path`).
#
# A fabio that stops loses no request: it leaves Consul, /health turns 503, and the load balancer has grace_seconds to take
# the node out while fabio serves as before; only then it gets its signal.

variable "datacenters" {
  description = "Nomad datacenters to run in."
  type        = list(string)
  default     = ["*"]
}

variable "node_pool" {
  description = "Node pool whose nodes take traffic."
  type        = string
  default     = "default"
}

variable "driver" {
  description = "Task driver: exec, raw_exec or docker."
  type        = string
  default     = "exec"

  validation {
    condition     = contains(["exec", "raw_exec", "docker"], var.driver)
    error_message = "The driver must be exec, raw_exec or docker."
  }
}

variable "command" {
  description = "Program to run with exec and raw_exec: a path, or a name on the client's PATH."
  type        = string
  default     = "fabio"
}

variable "image" {
  description = "Image of fabio, to run with docker."
  type        = string
  default     = "fabiolb/fabio:latest"
}

variable "health_image" {
  description = "Image with python3 for the health task, to run with docker."
  type        = string
  default     = "python:3-alpine"
}

variable "proxy_port" {
  description = "Port for traffic."
  type        = number
  default     = 9999
}

variable "ui_port" {
  description = "Port for the UI and the routing table."
  type        = number
  default     = 9998
}

variable "health_port" {
  description = "Port for the load balancer's health check, GET /health."
  type        = number
  default     = 9997
}

variable "consul_address" {
  description = "Address of the node's own Consul agent: host:port, or a URL."
  type        = string
  default     = "127.0.0.1:8500"
}

variable "grace_seconds" {
  description = "Seconds that a stopping fabio goes on serving after /health has turned 503, and that a new one must be healthy before the next node's is replaced. Longer than the load balancer takes to notice, which is interval x threshold + timeout, with some seconds to spare; 20 is for 5 s x 2 + 2 s. At most 120."
  type        = number
  default     = 20

  validation {
    condition     = var.grace_seconds >= 0 && var.grace_seconds <= 120
    error_message = "The value of grace_seconds must be between 0 and 120."
  }
}

job "fabio" {
  datacenters = var.datacenters
  node_pool   = var.node_pool
  type        = "system"
  priority    = 90

  update {
    max_parallel     = 1
    min_healthy_time = "${max(5, var.grace_seconds)}s"
    healthy_deadline = "${120 + var.grace_seconds}s"
    auto_revert      = true
  }

  group "fabio" {
    network {
      port "proxy" {
        static = var.proxy_port
      }
      port "ui" {
        static = var.ui_port
      }
      port "health" {
        static = var.health_port
      }
    }

    # Nomad takes the services out of Consul first. Not by a task's kill_timeout, which clients cap at 30 seconds.
    shutdown_delay = "${var.grace_seconds}s"

    service {
      name = "fabio"
      port = "proxy"

      check {
        name     = "fabio is alive"
        type     = "http"
        port     = "ui"
        path     = "/health"
        interval = "5s"
        timeout  = "2s"
      }

      # An update goes on to the next node when the load balancer may have this one back.
      check {
        name     = "the load balancer's health check passes"
        type     = "http"
        port     = "health"
        path     = "/health"
        interval = "2s"
        timeout  = "2s"
      }
    }

    service {
      name = "fabio-ui"
      port = "ui"

      check {
        name     = "the UI answers"
        type     = "http"
        path     = "/health"
        interval = "5s"
        timeout  = "2s"
      }
    }

    # One that starts while another on the node still says goodbye finds its ports taken: it tries for longer than that takes.
    restart {
      attempts = ceil((var.grace_seconds + 40) / 5)
      interval = "5m"
      delay    = "5s"
      mode     = "delay"
    }

    # A node that was out of reach for a while goes on with the fabio that it has. Without this, Nomad gives up a fabio that serves,
    # and starts another beside it when the node is back.
    disconnect {
      lost_after = "15m"
      replace    = false
      reconcile  = "keep_original"
    }

    task "fabio" {
      driver      = var.driver
      kill_signal = "SIGTERM"

      # By its identity it gets a token of Consul, where there are ACLs: CONSUL_HTTP_TOKEN.
      consul {}

      # Up to 5 seconds for requests under way.
      kill_timeout = "10s"

      dynamic "config" {
        for_each = var.driver == "docker" ? [] : [var.command]
        content {
          command = config.value
          args    = local.args
        }
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? [var.image] : []
        content {
          image        = config.value
          args         = local.args
          network_mode = "host"
        }
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }

    # fabio's own /health is 200 until it exits, and load balancers do not see Consul.
    task "health" {
      driver      = var.driver
      kill_signal = "SIGTERM"

      consul {}

      # There before fabio, and until after its end.
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? [] : ["python3"]
        content {
          command = config.value
          args    = ["$${NOMAD_TASK_DIR}/health.py"]
        }
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? [var.health_image] : []
        content {
          image        = config.value
          command      = "python3"
          args         = ["$${NOMAD_TASK_DIR}/health.py"]
          network_mode = "host"
        }
      }

      env {
        CONSUL_HTTP_ADDR = var.consul_address
        FABIO_HEALTH     = "http://$${NOMAD_IP_ui}:${var.ui_port}/health"
        LISTEN_IP        = "$${NOMAD_IP_health}"
        LISTEN_PORT      = var.health_port
      }

      template {
        destination = "local/health.py"
        # The script has no template expressions; other delimiters keep it so whatever it contains.
        left_delimiter  = "[["
        right_delimiter = "]]"
        data            = <<-PYTHON
          """GET /health: 200 while this node takes traffic, else 503; the body says why.

          It does while Consul has the fabio of this allocation and that fabio answers. While Consul cannot be asked, what
          it said last holds: all nodes would leave the load balancer together where only Consul is away.
          """
          import json, os, ssl, threading, time
          from http.client import HTTPException
          from http.server import BaseHTTPRequestHandler
          from socketserver import ThreadingTCPServer
          from urllib.parse import quote
          from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

          # Together less than a load balancer waits for an answer, usually 2 s or more.
          CONSUL_TIMEOUT = 0.5
          FABIO_TIMEOUT = 1
          # However often it is asked, Consul and fabio are asked no more often than this.
          FRESH_SECONDS = 0.5

          env = os.environ
          consul_address = env["CONSUL_HTTP_ADDR"]
          if "://" not in consul_address:
              consul_address = "http://" + consul_address
          # Not any fabio of this node: an old one's registration is no sign that this one takes traffic.
          filter = 'Service == "fabio" and ID contains "%s"' % env["NOMAD_ALLOC_ID"]
          registrations = consul_address.rstrip("/") + "/v1/agent/services?filter=" + quote(filter)
          tls = ssl.create_default_context(cafile=env.get("CONSUL_CACERT"))
          opener = build_opener(ProxyHandler({}), HTTPSHandler(context=tls))


          def consul_token():
              if "CONSUL_HTTP_TOKEN_FILE" in env:
                  with open(env["CONSUL_HTTP_TOKEN_FILE"]) as file:
                      return file.read().strip()
              return env.get("CONSUL_HTTP_TOKEN", "")


          def is_registered():
              request = Request(registrations, headers={"X-Consul-Token": consul_token()})
              with opener.open(request, timeout=CONSUL_TIMEOUT) as response:
                  found = json.load(response)
                  if not found and "X-Consul-Results-Filtered-By-ACLs" in response.headers:
                      raise ValueError("its token does not let it read the service fabio")
                  return bool(found)


          class Registration:
              """Whether this fabio is in Consul, as Consul said last."""

              registered = None
              ever_registered = False

              def look(self):
                  doubt = ""
                  try:
                      self.registered = is_registered()
                      self.ever_registered |= self.registered
                  except (OSError, HTTPException, ValueError) as error:
                      doubt = f", as far as is known: Consul cannot be asked ({error})"
                  if self.registered:
                      return True, f"fabio is registered in Consul{doubt}"
                  if self.ever_registered:
                      return False, f"fabio has left Consul{doubt}"
                  return False, f"fabio is not registered in Consul yet{doubt}"


          def look_at_fabio():
              try:
                  with opener.open(env["FABIO_HEALTH"], timeout=FABIO_TIMEOUT):
                      return True, "fabio answers"
              except (OSError, HTTPException) as error:
                  return False, f"fabio does not answer ({error})"


          class Verdict:
              """Status and text of the answer, the same for all who ask at about the same time."""

              def __init__(self):
                  self.registration = Registration()
                  self.lock = threading.Lock()
                  self.fresh_until = 0
                  self.answer = None

              def get(self):
                  with self.lock:
                      if time.monotonic() >= self.fresh_until:
                          self.look()
                          self.fresh_until = time.monotonic() + FRESH_SECONDS
                      return self.answer

              def look(self):
                  looks = [self.registration.look(), look_at_fabio()]
                  status = 200 if all(good for good, _ in looks) else 503
                  answer = status, "; ".join(text for _, text in looks) + "\n"
                  if answer != self.answer:
                      print(*answer, end="", flush=True)
                  self.answer = answer


          class Handler(BaseHTTPRequestHandler):
              timeout = 5

              def do_GET(self):
                  path = self.path.split("?")[0]
                  status, text = verdict.get() if path == "/health" else (404, "there is only /health here\n")
                  body = text.encode()
                  self.send_response(status)
                  self.send_header("Content-Type", "text/plain; charset=utf-8")
                  self.send_header("Content-Length", str(len(body)))
                  self.end_headers()
                  self.wfile.write(body)

              def log_message(self, *args):
                  pass


          # HTTPServer would look its own name up, which takes long where DNS does not answer.
          class Server(ThreadingTCPServer):
              allow_reuse_address = True
              daemon_threads = True
              request_queue_size = 128


          verdict = Verdict()
          Server((env["LISTEN_IP"], int(env["LISTEN_PORT"])), Handler).serve_forever()
        PYTHON
      }

      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}

locals {
  args = [
    "-proxy.addr=$${NOMAD_IP_proxy}:${var.proxy_port}",
    "-ui.addr=$${NOMAD_IP_ui}:${var.ui_port}",
    "-ui.access=ro",
    "-registry.consul.addr=${var.consul_address}",
    # Nomad registers the service and its checks.
    "-registry.consul.register.enabled=false",
    "-proxy.shutdownwait=5s",
  ]
}
