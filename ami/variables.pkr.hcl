variable "sources" {
  type        = string
  description = "Path of the file that says which programs to install and from where; `npx pulumi-cos image build` makes it."
}

variable "inputs" {
  type        = string
  default     = ""
  description = "Hash of all that the image is made of, by which a bake that would make the same again is left out: the tag cos-inputs."
}

variable "manifest" {
  type        = string
  default     = "packer-manifest.json"
  description = "File to write the image's ID to."
}

variable "region" {
  type        = string
  description = "AWS region to bake in."
}

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "arm64 or amd64."

  validation {
    condition     = contains(["arm64", "amd64"], var.architecture)
    error_message = "The architecture must be arm64 or amd64."
  }
}

variable "suite" {
  type        = string
  default     = "trixie"
  description = "Debian 13 (trixie) or 12 (bookworm)."

  validation {
    condition     = contains(["trixie", "bookworm"], var.suite)
    error_message = "The suite must be trixie (Debian 13) or bookworm (Debian 12)."
  }
}

variable "java" {
  type        = bool
  default     = false
  description = "Whether to install a Java runtime, for tasks of the driver java."
}

variable "root_volume_gib" {
  type        = number
  default     = 8
  description = "Size of the root volume. Nodes cannot have a smaller one; theirs have 8 GiB unless they say otherwise."

  validation {
    condition     = var.root_volume_gib >= 4
    error_message = "The root volume must have at least 4 GiB."
  }
}

variable "kms_key_id" {
  type        = string
  default     = ""
  description = "KMS key that encrypts the image; empty for the account's key for EBS, with which it cannot be shared."
}

variable "region_kms_key_ids" {
  type        = map(string)
  default     = {}
  description = "KMS keys of the copies, by region."
}

variable "copy_to_regions" {
  type        = list(string)
  default     = []
  description = "Further regions to copy the image to."
}

variable "share_with_accounts" {
  type        = list(string)
  default     = []
  description = "IDs of accounts that may start instances of the image. The key must be one of your own, whose policy lets them use it."

  validation {
    condition     = length([for account in var.share_with_accounts : account if !can(regex("^[0-9]{12}$", account))]) == 0
    error_message = "Accounts must be IDs of 12 digits."
  }
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Subnet to bake in, with a way to Debian's mirror and the vendors; empty for the default VPC's."
}

variable "associate_public_ip_address" {
  type        = bool
  default     = true
  description = "Whether the instance has a public address; without one, Packer has to reach its private one."
}

variable "ssh_cidrs" {
  type        = list(string)
  default     = []
  description = "Addresses that may log into the instance while it is baked; empty for that of this machine, as AWS sees it."
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Further tags of the image and its snapshot."
}
