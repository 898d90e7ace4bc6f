"""cos-boot: what a node of a COS does at each boot, and cloud-config cannot: secrets, disks, peers, agents."""
