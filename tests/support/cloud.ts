import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { run } from "./command";
import { Network } from "./machine";
import { pythonWith } from "./python";
import { removeDirectory, temporaryDirectory } from "./temporary";

const directory = join(__dirname, "..", "ami", "cloud");

/** AWS's region of the stand-in. */
export const region = "eu-central-1";

/** Names of the services in a region: also the dual-stack one, by which agents look for each other. */
export const serviceNames = (region: string): string[] => [
  ...["ec2", "ssm", "kms", "autoscaling"].map((service) => `${service}.${region}.amazonaws.com`),
  `ec2.${region}.api.aws`,
];

/** An instance that the stand-in is to know. */
export interface CloudInstance {
  /** By which the metadata service knows who asks. */
  address: string;
  tags?: Record<string, string>;
  /** Device names of its data volumes. */
  devices?: string[];
  /** Name of the Auto Scaling group that it is to be in. */
  group?: string;
  /** Its ID. @default one that EC2 makes */
  id?: string;
  /** @default one of this stand-in's own */
  subnet?: { vpc: string; cidr: string; zone: string };
  /** What the metadata service says of it, by path, where that is not what all have. */
  metadata?: Record<string, string>;
  /** Over how many hops a token of the metadata service gets. @default any */
  hopLimit?: number;
  /** The policies of its role, by which it may read parameters and use keys. @default it may */
  policies?: object[];
}

/** An Auto Scaling group as its API tells of it. */
export interface CloudGroup {
  name: string;
  least: number;
  most: number;
  desired: number;
  zones: string[];
  tags: Record<string, string>;
  instances: { id: string; zone: string; state: "Pending:Wait" | "InService" }[];
}

/** What somebody has asked Auto Scaling for. */
export type CloudOrder = { kind: "resize"; group: string; size: number } | { kind: "end"; id: string; shrink: boolean };

/** Where a {@link Cloud} is. */
export interface CloudSite {
  /** Arguments of nsenter for a network namespace that has both addresses. */
  enter: string[];
  /** Of AWS's services. */
  address: string;
  metadataAddress: string;
  region: string;
}

/** What stands for AWS in a network of machines: see tests/ami/cloud/cloud.py. */
export class Cloud {
  private readonly answers: Interface;
  private readonly ended: Promise<never>;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly child: ChildProcess,
    private readonly temporary: string,
  ) {
    if (!child.stdout) throw new Error("the stand-in of AWS has no output");
    this.answers = createInterface({ input: child.stdout });
    this.ended = once(child, "exit").then(() => {
      throw new Error("the stand-in of AWS has ended");
    });
    // Noticed by whoever asks.
    this.ended.catch(() => undefined);
  }

  /** One in a network of machines. */
  static create({ enter }: Network): Promise<Cloud> {
    return Cloud.at({ enter, address: Network.gateway, metadataAddress: Network.metadataAddress, region });
  }

  static async at(site: CloudSite): Promise<Cloud> {
    const python = await pythonWith(join(directory, "requirements.txt"));
    const temporary = await temporaryDirectory("cloud");
    const at = (name: string) => join(temporary, name);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    await run("openssl", [
      "req",
      "-x509",
      ...key,
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca.crt"),
      "-subj",
      "/CN=Test CA",
    ]);
    const names = `subjectAltName=${serviceNames(site.region)
      .map((host) => `DNS:${host}`)
      .join(",")}`;
    const issued = [
      "-CA",
      at("ca.crt"),
      "-CAkey",
      at("ca.key"),
      "-addext",
      names,
      "-addext",
      "basicConstraints=CA:FALSE",
    ];
    const subject = ["-subj", `/CN=${site.region}`];
    await run("openssl", [
      "req",
      "-x509",
      ...key,
      "-keyout",
      at("key"),
      "-out",
      at("certificate"),
      ...subject,
      ...issued,
    ]);
    const child = spawn("nsenter", [...site.enter, "nice", "--adjustment=-10", python, join(directory, "cloud.py")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const cloud = new Cloud(child, temporary);
    await cloud.ask({
      start: {
        address: site.address,
        metadata: site.metadataAddress,
        certificate: at("certificate"),
        key: at("key"),
        region: site.region,
      },
    });
    return cloud;
  }

  /** Files by which a machine with a root file system reaches the stand-in under AWS's own names, and trusts it. */
  async files(root: string): Promise<Record<string, string>> {
    const hosts = `127.0.0.1 localhost\n${Network.gateway} ${serviceNames(region).join(" ")}\n`;
    return { "/etc/hosts": hosts, ...(await this.trust(root)) };
  }

  /** Files by which a machine with a root file system trusts the stand-in. */
  async trust(root: string): Promise<Record<string, string>> {
    const bundle = "/etc/ssl/certs/ca-certificates.crt";
    const authorities = [join(root, bundle), join(this.temporary, "ca.crt")].map((file) => readFile(file, "utf8"));
    return { [bundle]: (await Promise.all(authorities)).join("") };
  }

  /** Makes an instance. Resolves to its ID and, by device name, the IDs of its volumes. */
  async instance(instance: CloudInstance): Promise<{ id: string; volumes: Record<string, string> }> {
    return (await this.ask({ instance: { tags: {}, devices: [], ...instance } })) as {
      id: string;
      volumes: Record<string, string>;
    };
  }

  /**
   * Makes or changes an SSM parameter.
   *
   * @param kmsKey ARN of the key that it is encrypted with, by default the account's own
   */
  async putParameter(name: string, value: string, kmsKey?: string): Promise<void> {
    await this.ask({ put: name, value, kmsKey });
  }

  async deleteParameter(name: string): Promise<void> {
    await this.ask({ delete: name });
  }

  /** Terminates an instance, which nobody replaces. */
  async terminate(id: string): Promise<void> {
    await this.ask({ terminate: id });
  }

  /** Has an instance wait by a hook before it is in service or ends, as Auto Scaling does. */
  async wait(id: string, hook: string, state: "InService" | "Terminated"): Promise<void> {
    await this.ask({ wait: id, hook, state });
  }

  /** Whether an instance that waits has said that it is done, and for how many seconds it has said nothing. */
  async lifecycle(id: string): Promise<{ done: boolean; silent: number }> {
    return (await this.ask({ lifecycle: id })) as { done: boolean; silent: number };
  }

  /** Has the metadata of an instance say something at a path, or nothing any more. */
  async tell(id: string, path: string, text?: string): Promise<void> {
    await this.ask({ tell: id, path, text });
  }

  /** What was asked of groups since it was last asked for. */
  async orders(): Promise<CloudOrder[]> {
    return (await this.ask({ orders: true })).orders as CloudOrder[];
  }

  /** Has Auto Scaling's API tell of these groups. */
  async groups(groups: CloudGroup[]): Promise<void> {
    await this.ask({ groups });
  }

  /** Health of an instance, as Auto Scaling knows it. */
  async health(id: string): Promise<string> {
    return String((await this.ask({ health: id })).health);
  }

  /** Asks once what was asked before has been answered. */
  private ask(request: object): Promise<Record<string, unknown>> {
    const answered = this.last.then(() => this.send(request));
    this.last = answered.catch(() => undefined);
    return answered;
  }

  private async send(request: object): Promise<Record<string, unknown>> {
    const answer = once(this.answers, "line") as Promise<[string]>;
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const [line] = await Promise.race([answer, this.ended]);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    if (typeof parsed.error === "string") throw new Error(parsed.error);
    return parsed;
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await ended;
    }
    await removeDirectory(this.temporary);
  }
}
