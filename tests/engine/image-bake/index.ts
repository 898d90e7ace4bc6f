import * as pulumi from "@pulumi/pulumi";
import { MachineImage } from "../../../components/machine-image";

const java = new pulumi.Config().getBoolean("java");

export const imageId = new MachineImage("image", { bake: { java } }).id;
