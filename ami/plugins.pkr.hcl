# In a file of its own, so that a Packer older than 1.7, such as Debian's, can still read the rest.
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.4, < 2.0.0"
    }
  }
}
