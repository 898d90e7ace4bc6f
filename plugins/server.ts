import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Difference } from "./diff";
import { EngineLog } from "./engine-log";
import type { Failure } from "./schema";
import type { Naming } from "./inputs";
import { type DiffResult, Provider, type Target } from "./provider";
import { whenEngineGone } from "./engine-gone";
import { InitializationFailed, type StandIn } from "./stand-in";
import { type ValueMap, decode, encode, isMap, mapValues } from "./value";

/**
 * Serves the stand-in to the engine that started this process, until the engine ends it. It says its port on standard
 * output, as the engine expects, and once, among the engine's diagnostics, that it is a stand-in.
 */
export function serve<Config>(standIn: StandIn<Config>): void {
  const provider = new Provider(standIn);
  const calls = new Calls();
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, handlers(standIn, provider, calls));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });

  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    provider.cancel();
    void calls.settled().then(() => process.exit(0));
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  whenEngineGone(end);
}

/** The calls under way. */
class Calls {
  private readonly pending = new Set<Promise<void>>();

  /** Answers a call with what `run` returns or throws; the process survives either. */
  handler<Request, Response>(run: (request: Request) => Promise<Response> | Response) {
    return (call: { request: Request }, reply: grpc.sendUnaryData<Response>): void => {
      const answered = Promise.resolve(call.request)
        .then(run)
        .then(
          (response) => {
            reply(null, response);
          },
          (error: unknown) => {
            reply(statusOf(error));
          },
        );
      this.pending.add(answered);
      void answered.finally(() => this.pending.delete(answered));
    };
  }

  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }
}

function handlers<Config>(standIn: StandIn<Config>, provider: Provider<Config>, calls: Calls) {
  return {
    getPluginInfo: calls.handler(() => new PluginInfo().setVersion(standIn.version)),

    checkConfig: calls.handler((request: proto.CheckRequest) =>
      checkResponse(values(request.getNews()), provider.checkConfig(values(request.getNews()))),
    ),

    // A provider with other settings is still the same provider: its resources are not replaced.
    diffConfig: calls.handler(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_UNKNOWN)),

    configure: calls.handler((request: proto.ConfigureRequest) => {
      provider.configure(values(request.getArgs()));
      announce(standIn);
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: calls.handler((request: proto.CheckRequest) => {
      const checked = provider.check(
        target(request),
        values(request.getOlds()),
        values(request.getNews()),
        naming(request),
      );
      return checkResponse(checked.inputs, checked.failures);
    }),

    diff: calls.handler(async (request: proto.DiffRequest) =>
      diffResponse(
        await provider.diff(
          target(request),
          request.getId(),
          values(request.getOlds()),
          values(request.getOldInputs()),
          values(request.getNews()),
        ),
      ),
    ),

    create: calls.handler(async (request: proto.CreateRequest) => {
      const { id, outputs } = await provider.create(
        target(request),
        values(request.getProperties()),
        request.getPreview(),
      );
      return new proto.CreateResponse().setId(id).setProperties(struct(outputs));
    }),

    read: calls.handler(async (request: proto.ReadRequest) => {
      const found = await provider.read(
        target(request),
        request.getId(),
        values(request.getProperties()),
        values(request.getInputs()),
      );
      const response = new proto.ReadResponse();
      if (found) response.setId(found.id).setProperties(struct(found.outputs)).setInputs(struct(found.inputs));
      return response;
    }),

    update: calls.handler(async (request: proto.UpdateRequest) => {
      const outputs = await provider.update(
        target(request),
        request.getId(),
        values(request.getOlds()),
        values(request.getOldInputs()),
        values(request.getNews()),
        request.getPreview(),
      );
      return new proto.UpdateResponse().setProperties(struct(outputs));
    }),

    delete: calls.handler(async (request: proto.DeleteRequest) => {
      await provider.delete(target(request), request.getId(), values(request.getProperties()));
      return new Empty();
    }),

    invoke: calls.handler(async (request: proto.InvokeRequest) => {
      const { result, failures } = await provider.invoke(request.getTok(), values(request.getArgs()));
      return new proto.InvokeResponse().setReturn(struct(result)).setFailuresList(failures.map(checkFailure));
    }),

    cancel: calls.handler(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

interface ResourceRequest {
  getUrn(): string;
  getType(): string;
  getName(): string;
  getTimeout?(): number;
}

function target(request: ResourceRequest): Target {
  const timeout = request.getTimeout?.() ?? 0;
  return {
    urn: request.getUrn(),
    type: request.getType(),
    name: request.getName(),
    ...(timeout > 0 ? { timeoutSeconds: timeout } : {}),
  };
}

function naming(request: proto.CheckRequest): Omit<Naming, "name"> {
  const seed = request.getRandomseed_asU8();
  const options = request.getAutonaming();
  if (!options) return { seed };
  const disabled = options.getMode() === proto.CheckRequest.AutonamingOptions.Mode.DISABLE;
  return { seed, configured: disabled ? "disabled" : { name: options.getProposedName() } };
}

function checkResponse(inputs: ValueMap, failures: Failure[]): proto.CheckResponse {
  return new proto.CheckResponse().setInputs(struct(inputs)).setFailuresList(failures.map(checkFailure));
}

function checkFailure({ property, reason }: Failure): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

function diffResponse({ differences, deleteBeforeReplace }: DiffResult): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const entries = Object.entries(differences);
  const replaces = entries.filter(([, difference]) => difference.replaces).map(([path]) => path);
  const response = new proto.DiffResponse()
    .setChanges(entries.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setHasdetaileddiff(true)
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace);
  for (const [path, difference] of entries) {
    response
      .getDetaileddiffMap()
      .set(path, new proto.PropertyDiff().setKind(kindOf(difference)).setInputdiff(difference.input));
    response.addDiffs(/^[^.[]*/.exec(path)?.[0] ?? path);
  }
  return response;
}

function kindOf({ kind, replaces }: Difference): proto.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = proto.PropertyDiff.Kind;
  if (kind === "add") return replaces ? ADD_REPLACE : ADD;
  if (kind === "delete") return replaces ? DELETE_REPLACE : DELETE;
  return replaces ? UPDATE_REPLACE : UPDATE;
}

function values(message: Struct | undefined): ValueMap {
  const decoded = decode(message?.toJavaScript() ?? {});
  return isMap(decoded) ? decoded : {};
}

function struct(map: ValueMap): Struct {
  return Struct.fromJavaScript(mapValues(map, encode));
}

/** The error as the engine understands it: a message, or a resource that exists but is not well. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationFailed)) return { code: grpc.status.UNKNOWN, details };
  const failed = new proto.ErrorResourceInitFailed().setId(error.id).setProperties(struct(error.outputs));
  failed.addReasons(details);
  const any = new Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(details);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}

/** Says what it is, where the user sees it. */
function announce({ name, version }: { name: string; version: string }): void {
  // The engine starts a plugin with its own address as the last argument.
  const log = new EngineLog(process.argv.at(-1) ?? "");
  void log.info(`the ${name} plugin in use is pulumi-cos's stand-in for version ${version}`).then(() => {
    log.close();
  });
}
