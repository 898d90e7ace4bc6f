import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows a line among the engine's diagnostics. An engine that does not listen does not matter. */
export function announce(message: string): void {
  // The engine starts a plugin with its own address as the last argument.
  const engine = new EngineClient(process.argv.at(-1) ?? "", grpc.credentials.createInsecure());
  engine.log(new LogRequest().setSeverity(LogSeverity.INFO).setMessage(message), () => {
    engine.close();
  });
}
