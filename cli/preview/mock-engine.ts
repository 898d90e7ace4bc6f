import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** A resource as a program registers it. */
export interface Registered {
  type: string;
  name: string;
  /** Secrets as `{ secret: VALUE }`, values that a preview does not know as {@link unknown}. */
  inputs: unknown;
  /** Name of the parent; undefined below the stack. */
  parent: string | undefined;
  /** Name of the provider that was given to it, by itself or by its parents. */
  provider: string | undefined;
  /** Names of the resources that it waits for, sorted. */
  dependsOn: string[];
  /** What a component registers as its outputs. */
  outputs: unknown;
}

/** Options of a resource about what happens after it has been made. */
export interface LaterOptions {
  retainOnDelete: boolean;
  ignoreChanges: string[];
  deleteTimeout: string | undefined;
}

/** What stands in {@link Registered.inputs} for a value that is not known. */
export const unknown = "(unknown)";

/** What resources of a type get besides their inputs: values, or what makes them from the inputs and the name. */
export type MockOutputs = Record<string, object | MockOutput>;
type MockOutput = (inputs: object, name: string) => object;

/** What the providers' functions answer, by token. */
export type MockFunctions = Record<string, (args: Record<string, unknown>) => object>;

type Reply = (error: unknown, response: unknown) => void;

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

function plain(value: unknown): unknown {
  if (value === pulumi.runtime.unknownValue) return unknown;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (Reflect.get(value, pulumi.runtime.specialSigKey) === pulumi.runtime.specialSecretSig) {
    return { secret: plain(Reflect.get(value, "value")) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The same outputs, none of which is known: one that has the name of an input is not mistaken for it. */
const notYet = (outputs: object): object =>
  Object.fromEntries(Object.keys(outputs).map((key) => [key, pulumi.runtime.unknownValue]));

/** Pulumi's mocks, with all that a program registers written down. */
export class MockEngine {
  readonly registered: Registered[] = [];
  /** By name of the resource. */
  readonly laterOptions = new Map<string, LaterOptions>();

  private constructor() {
    const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request: RegisterResourceRequest, reply: Reply) => {
      this.note(request);
      return register(request, reply);
    };
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request: RegisterResourceOutputsRequest, reply: Reply) => {
      const resource = this.registered.find(({ name }) => name === nameOf(request.getUrn()));
      if (resource) resource.outputs = plain(request.getOutputs()?.toJavaScript());
      registerOutputs(request, reply);
    };
  }

  /**
   * @param outputs what a resource of a type gets besides its inputs
   * @param preview whether nothing but inputs is known
   * @param functions a function that is not among them fails
   * @param of whose program it is
   */
  static async start(
    outputs: MockOutputs = {},
    preview = false,
    functions: MockFunctions = {},
    of = { project: "cos", stack: "test" },
  ): Promise<MockEngine> {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          const given = inputs as object;
          const known = outputs[type];
          const made = (typeof known === "function" ? (known as MockOutput)(given, name) : known) ?? {};
          if (preview) return { id: undefined, state: { ...given, ...notYet(made) } };
          return { id: `${name}-id`, state: { ...given, ...made } };
        },
        call: ({ token, inputs }) => {
          const answer = functions[token];
          if (!answer) throw new Error(`no answer for the function ${token}`);
          return answer(inputs as Record<string, unknown>);
        },
      },
      of.project,
      of.stack,
      preview,
    );
    return new MockEngine();
  }

  private note(request: RegisterResourceRequest): void {
    // A provider's reference is its URN and its id.
    const provider = request.getProvider().split("::").slice(0, -1).join("::");
    this.laterOptions.set(request.getName(), {
      retainOnDelete: request.getRetainondelete() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      deleteTimeout: request.getCustomtimeouts()?.getDelete() || undefined,
    });
    this.registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs: plain(request.getObject()?.toJavaScript()),
      parent: request.getParent() === "" ? undefined : nameOf(request.getParent()),
      provider: provider === "" ? undefined : nameOf(provider),
      dependsOn: request.getDependenciesList().map(nameOf).sort(),
      outputs: undefined,
    });
  }

  /** Runs a program and waits until all of it is registered. */
  async run<T>(program: () => T): Promise<Awaited<T>> {
    const result = await program();
    await pulumi.runtime.disconnect();
    return result;
  }
}

/** The value of an output; undefined while it is not known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (output as pulumi.Output<T> & { promise(withUnknowns?: boolean): Promise<T> }).promise();
}
