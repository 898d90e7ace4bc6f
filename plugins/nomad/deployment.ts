import type { ApiDeployment, ApiEvaluation } from "./api";
import { segment } from "../http-client";
import type { NomadClient } from "./client";
import { formatDuration } from "../duration";

/** A registration to follow. */
export interface Rollout {
  evaluationId: string;
  namespace: string;
  /** For each of the two waits, in seconds. */
  timeoutSeconds: number;
}

/**
 * Waits until the evaluation and those that follow it are complete, and then until their deployment, if they made one,
 * is successful.
 *
 * @returns the deployment, if there is one
 * @throws Error saying how the evaluation or the deployment ended otherwise, or that it did not end in time
 */
export async function followRollout(
  nomad: NomadClient,
  { evaluationId, namespace, timeoutSeconds }: Rollout,
  signal: AbortSignal,
): Promise<ApiDeployment | undefined> {
  let next = evaluationId;
  const evaluation = await poll<ApiEvaluation>(
    nomad,
    { path: () => `/evaluation/${segment(next)}`, namespace, timeoutSeconds, state: "evaluation_complete" },
    (found) => {
      if (found.Status === "failed" || found.Status === "cancelled") {
        throw new Error(`evaluation failed: ${found.StatusDescription ?? found.Status}`);
      }
      if (found.Status !== "complete") return false;
      if (found.NextEval === undefined) return true;
      next = found.NextEval;
      return false;
    },
    signal,
  );
  const deploymentId = evaluation.DeploymentID;
  if (deploymentId === undefined) return undefined;
  return poll<ApiDeployment>(
    nomad,
    {
      path: () => `/deployment/${segment(deploymentId)}`,
      namespace,
      timeoutSeconds,
      state: "deployment_successful",
    },
    (found) => {
      if (found.Status === "failed" || found.Status === "cancelled") {
        throw new Error(
          `deployment '${found.ID}' terminated with status '${found.Status}': '${found.StatusDescription}'`,
        );
      }
      return found.Status === "successful";
    },
    signal,
  );
}

interface Wait {
  path: () => string;
  namespace: string;
  timeoutSeconds: number;
  /** What the real plugin calls the state waited for. */
  state: string;
}

/** Reads with blocking queries until `done` says so or throws. */
async function poll<T>(
  nomad: NomadClient,
  { path, namespace, timeoutSeconds, state }: Wait,
  done: (found: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
  const either = AbortSignal.any([signal, deadline]);
  let index = 0;
  let asked = "";
  try {
    for (;;) {
      const current = path();
      // An index belongs to what was asked.
      const query = { namespace, ...(asked === current ? { index, wait: "10s" } : {}) };
      const answer = await nomad.send({ path: current, query, signal: either });
      const found = JSON.parse(answer.text) as T;
      if (done(found)) return found;
      ({ index } = answer);
      asked = current;
    }
  } catch (error) {
    if (!deadline.aborted || signal.aborted) throw error;
    const timeout = formatDuration(timeoutSeconds * 1e9);
    throw new Error(`timeout while waiting for state to become '${state}' (timeout: ${timeout})`, { cause: error });
  }
}
