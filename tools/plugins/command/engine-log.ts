import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where the lines of a running operation go. */
export interface StatusLog {
  /** Shows a line beside the resource of a URN while its operation runs; it is not kept. */
  status(urn: string, message: string): Promise<void>;
}

/** The engine's display, as a plugin writes to it. */
export class EngineLog implements StatusLog {
  private readonly engine: EngineClient;

  /** @param address Where the engine listens, as `HOST:PORT`. */
  constructor(address: string) {
    this.engine = new EngineClient(address, grpc.credentials.createInsecure());
  }

  status(urn: string, message: string): Promise<void> {
    const request = new LogRequest().setSeverity(LogSeverity.INFO).setUrn(urn).setMessage(message).setEphemeral(true);
    // A display that is gone does not stop the command.
    return new Promise((resolve) => {
      this.engine.log(request, () => {
        resolve();
      });
    });
  }
}
