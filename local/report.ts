import { nomadApi } from "./apis";
import { driftOf } from "./drift";
import { ApiError } from "../apis/http";
import { Installation } from "./installation";
import { parseJobs } from "./jobs";
import type { Started } from "./start";
import { agentRows, jobRows, Row } from "./status";
import { renderTable } from "./table";

/** What a start shows when all is well. */
export function startReport(installation: Installation, { rows }: Started): string {
  return `
${renderTable(rows)}

  Look closer   npm run status
                npm run logs -- NAME        consul, nomad, or a job such as ${installation.config.jobs.length > 0 ? String(rows.at(-1)?.name) : "ping"}
                npm run pulumi -- preview   what a start would change
                eval "$(npm run --silent env)"   for the consul and nomad CLIs
  Stop          npm stop                    the data stays
                npm run destroy             nothing stays
`;
}

/** What `npm run status` shows. */
export async function statusReport(installation: Installation): Promise<{ text: string; healthy: boolean }> {
  const agents = await agentRows(installation);
  if (agents.some((row) => row.problems.length > 0)) return report(agents, []);
  try {
    const nomad = nomadApi(installation);
    const jobs = await parseJobs(installation, nomad);
    const rows = await jobRows(installation, jobs);
    const drift = (
      await Promise.all(jobs.map(async (job) => (await driftOf(nomad, job)).map((line) => `${job.file}, ${line}`)))
    ).flat();
    return report([...agents, ...rows], drift);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { text: `${renderTable(agents)}\n\n${error.message}`, healthy: false };
  }
}

function report(rows: Row[], drift: string[]): { text: string; healthy: boolean } {
  const healthy = rows.every((row) => row.problems.length === 0);
  const parts = [renderTable(rows)];
  if (drift.length > 0) {
    parts.push(
      `What is registered differs from the job files (\`npm start\` brings a changed file in):\n${drift.map((line) => `  ${line}`).join("\n")}`,
    );
  }
  parts.push(healthy ? "All is healthy." : "Not all is healthy.");
  return { text: parts.join("\n\n"), healthy };
}
