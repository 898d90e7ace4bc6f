import type { Block } from "./hcl";

/** A part of a job in Nomad's API, as far as it is looked at. Source: nomad 1.11, api/jobs.go and api/tasks.go. */
interface Part {
  ID?: string | null;
  Name?: string | null;
  Type?: string | null;
  Update?: object | null;
  Connect?: object | null;
  Resources?: Record<string, unknown> | null;
  TaskGroups?: Part[] | null;
  Tasks?: Part[] | null;
  Services?: Part[] | null;
  Checks?: object[] | null;
  Job?: Part | null;
}

/** A job in the JSON of Nomad's API, as `nomad job run -output` writes it, as the block that it is in HCL. Throws SyntaxError. */
export function blockOfJson(text: string): Block {
  const said = JSON.parse(text) as Part;
  return blockOf("job", said.Job ?? said);
}

function blockOf(name: string, part: Part): Block {
  const attributes: Record<string, string> = {};
  if (part.Type) attributes["type"] = JSON.stringify(part.Type);
  if (part.Name) attributes["name"] = JSON.stringify(part.Name);
  return {
    ...{ name, attributes, labels: [part.Name ?? part.ID ?? ""] },
    blocks: [
      ...(part.Update ? [leaf("update")] : []),
      ...(part.Connect ? [leaf("connect")] : []),
      ...(part.Resources ? [leaf("resources", resourcesOf(part.Resources))] : []),
      ...(part.Checks ?? []).map(() => leaf("check")),
      ...(part.Services ?? []).map((each) => blockOf("service", each)),
      ...(part.Tasks ?? []).map((each) => blockOf("task", each)),
      ...(part.TaskGroups ?? []).map((each) => blockOf("group", each)),
    ],
  };
}

const leaf = (name: string, attributes: Record<string, string> = {}): Block => ({
  ...{ name, attributes, labels: [], blocks: [] },
});

/** Their names in HCL; 0 is Nomad's default, as nothing is. */
function resourcesOf({ CPU, Cores, MemoryMB }: Record<string, unknown>): Record<string, string> {
  const given = Object.entries({ cpu: CPU, cores: Cores, memory: MemoryMB }).filter(([, value]) => Boolean(value));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
