# The machine image of all nodes. What it installs, and how, is in provision/: ordinary scripts, which the tests run too.

locals {
  sources  = jsondecode(file(var.sources))
  versions = { for program in local.sources.programs : program.name => program.version }
  # 136693071363 is the account of Debian's cloud team. Source: https://wiki.debian.org/Cloud/AmazonEC2Image
  debian = {
    trixie   = { version = "13", owner = "136693071363" }
    bookworm = { version = "12", owner = "136693071363" }
  }
  # EC2's name of the architecture, and a type to bake on: of the newest families that every region has.
  machines = {
    amd64 = { architecture = "x86_64", instance_type = "t3.small" }
    arm64 = { architecture = "arm64", instance_type = "t4g.small" }
  }
  machine = local.machines[var.architecture]
  name    = "cos-${var.suite}-${var.architecture}-${formatdate("YYYYMMDD-hhmmss", timestamp())}"
  # MachineImage finds the image by those of Consul, Nomad and fabio.
  tags = merge(
    var.tags,
    { for name, version in local.versions : "cos-${name}" => version },
    {
      Name             = local.name
      cos-image        = "true"
      cos-debian       = local.debian[var.suite].version
      cos-architecture = var.architecture
      cos-inputs       = var.inputs
      cos-java         = var.java ? "true" : "false"
    },
  )
}

source "amazon-ebs" "cos" {
  region        = var.region
  ami_name      = local.name
  instance_type = local.machine.instance_type

  source_ami_filter {
    owners      = [local.debian[var.suite].owner]
    most_recent = true
    filters = {
      name                = "debian-${local.debian[var.suite].version}-${var.architecture}-*"
      architecture        = local.machine.architecture
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  ami_description         = "Node of a COS: Consul ${local.versions.consul}, Nomad ${local.versions.nomad}, fabio ${local.versions.fabio}"
  ami_virtualization_type = "hvm"
  ena_support             = true
  # Instances of it have IMDSv2 only, whatever their launch template says.
  imds_support = "v2.0"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  encrypt_boot       = true
  kms_key_id         = var.kms_key_id
  region_kms_key_ids = var.region_kms_key_ids
  ami_regions        = var.copy_to_regions
  ami_users          = var.share_with_accounts
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = var.root_volume_gib
    encrypted             = true
    delete_on_termination = true
  }

  subnet_id                                 = var.subnet_id
  associate_public_ip_address               = var.associate_public_ip_address
  temporary_security_group_source_public_ip = length(var.ssh_cidrs) == 0
  temporary_security_group_source_cidrs     = length(var.ssh_cidrs) == 0 ? null : var.ssh_cidrs
  ssh_username                              = "admin"
  temporary_key_pair_type                   = "ed25519"

  tags          = local.tags
  snapshot_tags = local.tags
  run_tags      = { Name = "bake of ${local.name}" }
}

build {
  sources = ["source.amazon-ebs.cos"]

  provisioner "shell" {
    inline = [
      # The instance's first boot is over before anything is changed.
      "cloud-init status --wait",
      "mkdir -p /tmp/cos-ami",
    ]
  }

  provisioner "file" {
    sources     = ["${path.root}/provision", "${path.root}/files"]
    destination = "/tmp/cos-ami/"
  }

  provisioner "file" {
    source      = var.sources
    destination = "/tmp/cos-ami/sources.json"
  }

  provisioner "shell" {
    inline = ["sudo COS_JAVA=${var.java} bash /tmp/cos-ami/provision/run.sh /tmp/cos-ami/sources.json && sudo rm -rf /tmp/cos-ami"]
  }

  post-processor "manifest" {
    output     = var.manifest
    strip_path = true
  }
}
