import { local } from "@pulumi/command";
import * as nomad from "@pulumi/nomad";

new local.Command("command", { create: "true" });
new nomad.Namespace("namespace", { name: "minimal" });
