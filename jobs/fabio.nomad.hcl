# fabio on every node of a pool: HTTP traffic on one port, its UI (read-only) and its health on another. Routes come from
# the tags of healthy services in Consul (`urlprefix-/path`).

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
  description = "Image to run with docker."
  type        = string
  default     = "fabiolb/fabio:latest"
}

variable "proxy_port" {
  description = "Port for traffic."
  type        = number
  default     = 9999
}

variable "ui_port" {
  description = "Port for the UI, the health check and the routing table."
  type        = number
  default     = 9998
}

variable "consul_address" {
  description = "HTTP address of the node's own Consul agent."
  type        = string
  default     = "127.0.0.1:8500"
}

variable "grace_seconds" {
  description = "How long a stopping fabio goes on serving after it has left Consul, so that what sends it traffic can learn of it; at most 20."
  type        = number
  default     = 10

  validation {
    condition     = var.grace_seconds >= 0 && var.grace_seconds <= 20
    error_message = "The value of grace_seconds must be between 0 and 20: Nomad clients kill a task 30 seconds after its signal by default."
  }
}

job "fabio" {
  datacenters = var.datacenters
  node_pool   = var.node_pool
  type        = "system"
  priority    = 90

  update {
    max_parallel     = 1
    min_healthy_time = "5s"
    healthy_deadline = "2m"
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
    }

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
    }

    service {
      name = "fabio-ui"
      port = "ui"
    }

    restart {
      attempts = 5
      interval = "2m"
      delay    = "2s"
      mode     = "delay"
    }

    task "fabio" {
      driver      = var.driver
      kill_signal = "SIGTERM"
      # The grace period, then up to 5 seconds for requests under way.
      kill_timeout = "${var.grace_seconds + 8}s"

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
  }
}

locals {
  args = [
    "-proxy.addr=$${NOMAD_IP_proxy}:${var.proxy_port}",
    "-ui.addr=$${NOMAD_IP_ui}:${var.ui_port}",
    "-ui.access=ro",
    "-registry.consul.addr=${var.consul_address}",
    # Nomad registers the service and its check, and takes it out of Consul before it sends the signal.
    "-registry.consul.register.enabled=false",
    "-proxy.deregistergraceperiod=${var.grace_seconds}s",
    "-proxy.shutdownwait=5s",
  ]
}
