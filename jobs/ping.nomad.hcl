# The sample service: answers GET /ping with JSON that says which instance answered. A small Python script, so that it
# runs wherever python3 does, with no image to pull.

variable "datacenters" {
  description = "Nomad datacenters to run in."
  type        = list(string)
  default     = ["*"]
}

variable "node_pool" {
  description = "Node pool to run in."
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

variable "image" {
  description = "Image with python3, to run with docker."
  type        = string
  default     = "python:3-alpine"
}

variable "count" {
  description = "Number of instances."
  type        = number
  default     = 3
}

variable "version" {
  description = "Version that the service reports; change it to see an update roll out."
  type        = string
  default     = "1.0.0"
}

variable "strategy" {
  description = "How an update replaces instances: rolling (one at a time), canary (one new one beside the old, then rolling) or blue-green (all new ones beside the old). New instances take traffic as soon as they are healthy."
  type        = string
  default     = "rolling"

  validation {
    condition     = contains(["rolling", "canary", "blue-green"], var.strategy)
    error_message = "The strategy must be rolling, canary or blue-green."
  }
}

variable "auto_promote" {
  description = "Whether healthy canaries are promoted without an operator (`nomad deployment promote`)."
  type        = bool
  default     = true
}

variable "healthy_deadline_seconds" {
  description = "Seconds in which a new instance must be healthy, its placement and start included; an update with one that is not is reverted. The first task on a small node that has just booted takes up to a minute (its chroot is copied, or its image pulled)."
  type        = number
  default     = 120

  validation {
    condition     = var.healthy_deadline_seconds >= 10
    error_message = "The value of healthy_deadline_seconds must be at least 10."
  }
}

variable "route" {
  description = "Path under which fabio routes to the service."
  type        = string
  default     = "/ping"
}

variable "check_path" {
  description = "Path of the health check."
  type        = string
  default     = "/health"
}

job "ping" {
  datacenters = var.datacenters
  node_pool   = var.node_pool
  type        = "service"

  meta {
    version = var.version
  }

  group "ping" {
    count = var.count

    # Over the zones, and over the nodes of each: what fails takes as few instances with it as it can.
    spread {
      attribute = "${meta.availability_zone}"
    }

    spread {
      attribute = "${node.unique.id}"
    }

    update {
      max_parallel      = 1
      canary            = local.canaries[var.strategy]
      auto_promote      = local.canaries[var.strategy] > 0 && var.auto_promote
      auto_revert       = true
      min_healthy_time  = "2s"
      healthy_deadline  = "${var.healthy_deadline_seconds}s"
      progress_deadline = "${2 * var.healthy_deadline_seconds}s"
    }

    # An instance that cannot start is tried once more on its node, then elsewhere; the deployment fails by its deadline.
    restart {
      attempts = 1
      interval = "1m"
      delay    = "1s"
      mode     = "fail"
    }

    network {
      port "http" {}
    }

    service {
      name = "ping"
      port = "http"
      tags = ["urlprefix-${var.route}"]

      check {
        name     = "ping answers"
        type     = "http"
        path     = var.check_path
        interval = "2s"
        timeout  = "1s"
      }
    }

    # Out of Consul first, so that fabio sends nothing new; the signal follows when it has had the time to learn of it.
    shutdown_delay = "3s"

    task "ping" {
      driver       = var.driver
      kill_signal  = "SIGTERM"
      kill_timeout = "10s"

      dynamic "config" {
        for_each = var.driver == "docker" ? [] : ["python3"]
        content {
          command = config.value
          args    = ["$${NOMAD_TASK_DIR}/ping.py"]
        }
      }

      dynamic "config" {
        for_each = var.driver == "docker" ? [var.image] : []
        content {
          image   = config.value
          command = "python3"
          args    = ["$${NOMAD_TASK_DIR}/ping.py"]
          ports   = ["http"]
        }
      }

      env {
        # A container has an address of its own, so there the service listens on all of them.
        LISTEN       = var.driver == "docker" ? "0.0.0.0" : "$${NOMAD_IP_http}"
        PING_VERSION = var.version
        PING_ROUTE   = var.route
        NODE_NAME    = "$${node.unique.name}"
      }

      template {
        destination = "local/ping.py"
        # The script has no template expressions; other delimiters keep it so whatever it contains.
        left_delimiter  = "[["
        right_delimiter = "]]"
        data            = <<-PYTHON
          import json, os, signal, threading
          from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

          env = os.environ
          answer = json.dumps({
              "service": "ping",
              "version": env["PING_VERSION"],
              "instance": int(env["NOMAD_ALLOC_INDEX"]),
              "allocation": env["NOMAD_ALLOC_ID"],
              "node": env["NODE_NAME"],
              "datacenter": env["NOMAD_DC"],
          }).encode() + b"\n"


          class Handler(BaseHTTPRequestHandler):
              def do_GET(self):
                  path = self.path.split("?")[0]
                  if path == "/health":
                      self.reply(200, "text/plain", b"ok\n")
                  elif path == env["PING_ROUTE"] or path.startswith(env["PING_ROUTE"].rstrip("/") + "/"):
                      self.reply(200, "application/json", answer)
                  else:
                      self.reply(404, "text/plain", b"not found\n")

              def reply(self, status, kind, body):
                  self.send_response(status)
                  self.send_header("Content-Type", kind)
                  self.send_header("Content-Length", str(len(body)))
                  self.end_headers()
                  self.wfile.write(body)

              def log_message(self, *args):
                  pass


          class Server(ThreadingHTTPServer):
              request_queue_size = 256
              daemon_threads = False  # closing waits for requests under way


          server = Server((env["LISTEN"], int(env["NOMAD_PORT_http"])), Handler)
          signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
          print("ping", env["PING_VERSION"], "listens on", server.server_address, flush=True)
          server.serve_forever(poll_interval=0.1)
          server.server_close()
          print("ping stopped", flush=True)
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
  canaries = {
    rolling    = 0
    canary     = 1
    blue-green = var.count
  }
}
