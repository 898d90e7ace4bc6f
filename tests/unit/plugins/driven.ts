import { Provider, type Target } from "../../../plugins/provider";
import type { StandIn } from "../../../plugins/stand-in";
import { isSecret, type PlainMap, plainMap, type ValueMap } from "../../../plugins/value";

/** A stand-in as the engine drives it, one resource at a time. */
export class Driven<Config> {
  private readonly provider: Provider<Config>;

  /** @param config the provider's inputs */
  constructor(standIn: StandIn<Config>, config: ValueMap = {}) {
    this.provider = new Provider(standIn);
    this.provider.configure(config);
  }

  /** The inputs as `check` completes them, and what it finds wrong, as `property: reason`. */
  check(type: string, inputs: ValueMap, name = "it"): { inputs: PlainMap; wrong: string[] } {
    const checked = this.provider.check(target(type, name), {}, inputs, { seed: Buffer.from(name) });
    const wrong = checked.failures.map(({ property, reason }) => `${property}: ${reason}`);
    return { inputs: plainMap(checked.inputs), wrong };
  }

  /** Checks and creates; `secrets` are the names of outputs that the engine encrypts. @throws Error when the inputs are wrong */
  async create(
    type: string,
    inputs: ValueMap,
    name = "it",
  ): Promise<{ id: string; outputs: PlainMap; secrets: string[] }> {
    const { inputs: complete, wrong } = this.check(type, inputs, name);
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    const { id, outputs } = await this.provider.create(target(type, name), complete, false);
    const secrets = Object.keys(outputs).filter((key) => isSecret(outputs[key]));
    return { id, outputs: plainMap(outputs), secrets: secrets.sort() };
  }

  /** Checks and updates; the preview of it when so asked. @throws Error when the inputs are wrong */
  async update(type: string, id: string, state: ValueMap, inputs: ValueMap, preview = false): Promise<PlainMap> {
    const { inputs: complete, wrong } = this.check(type, { ...inputs });
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    return plainMap(await this.provider.update(target(type, "it"), id, state, {}, complete, preview));
  }

  /** The changed properties, each with whether it replaces. */
  async diff(type: string, state: ValueMap, inputs: ValueMap): Promise<Record<string, boolean>> {
    const { inputs: complete } = this.check(type, inputs);
    const { differences } = await this.provider.diff(target(type, "it"), "id", state, {}, complete);
    return Object.fromEntries(Object.entries(differences).map(([path, { replaces }]) => [path, replaces]));
  }

  delete(type: string, id: string): Promise<void> {
    return this.provider.delete(target(type, "it"), id, {});
  }

  /** @throws Error when the inputs are wrong */
  async invoke(token: string, inputs: ValueMap = {}): Promise<PlainMap> {
    const { result, failures } = await this.provider.invoke(token, inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    return plainMap(result);
  }
}

function target(type: string, name: string): Target {
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}` };
}
