import type { InputsOf, Properties } from "../schema";
import { type Context, resource } from "../stand-in";
import type { ValueMap } from "../value";
import { during, isNotFound, segment } from "../http-client";
import type { NomadClient } from "./client";

interface ApiAuthMethod {
  Name: string;
  Type: string;
  TokenLocality: string;
  TokenNameFormat: string;
  MaxTokenTTL: string;
  Default: boolean;
  Config: {
    JWTValidationPubKeys: string[] | null;
    BoundAudiences: string[] | null;
    BoundIssuer: string[] | null;
    SigningAlgs: string[] | null;
    ClaimMappings: Record<string, string> | null;
  };
}

const unimplemented = { type: "any", unimplemented: true } as const;

/** Of the kind JWT with keys that are given, and no other. */
const methodInputs = {
  name: { type: "string", replaces: true, autoName: true },
  type: { type: "string", required: true, replaces: true },
  tokenLocality: { type: "string", required: true },
  tokenNameFormat: { type: "string", computed: true },
  maxTokenTtl: { type: "string", required: true },
  default: { type: "boolean", default: false },
  config: {
    required: true,
    type: {
      object: {
        jwtValidationPubKeys: { type: { list: "string" }, required: true },
        boundAudiences: { type: { list: "string" } },
        boundIssuers: { type: { list: "string" } },
        signingAlgs: { type: { list: "string" } },
        claimMappings: { type: { map: "string" } },
        jwksUrl: unimplemented,
        jwksCaCert: unimplemented,
        oidcDiscoveryUrl: unimplemented,
      },
    },
  },
} as const satisfies Properties;

export const aclAuthMethod = resource<NomadClient>()({
  inputs: methodInputs,
  outputs: {},

  check({ type }) {
    if (type === undefined || type === "JWT" || typeof type !== "string") return [];
    return [{ property: "type", reason: `the stand-in nomad plugin implements "type" JWT alone, not "${type}"` }];
  },

  create: (inputs, context) => writeMethod("/acl/auth-method", inputs, context),

  async update(id, _state, inputs, context) {
    return (await writeMethod(`/acl/auth-method/${segment(id)}`, inputs, context)).outputs;
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      const method = await nomad.json<ApiAuthMethod>({ path: `/acl/auth-method/${segment(id)}`, signal });
      return { outputs: methodOutputs(method) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const request = nomad.send({ method: "DELETE", path: `/acl/auth-method/${segment(id)}`, signal });
    await during(`error deleting ACL auth method "${id}"`, request);
  },
});

async function writeMethod(
  path: string,
  inputs: InputsOf<typeof methodInputs>,
  { config: nomad, signal }: Context<NomadClient>,
) {
  const { name = "", type, tokenLocality, tokenNameFormat, maxTokenTtl, config } = inputs;
  const body = {
    ...{ Name: name, Type: type, TokenLocality: tokenLocality, MaxTokenTTL: maxTokenTtl, Default: inputs.default },
    ...(tokenNameFormat !== undefined && { TokenNameFormat: tokenNameFormat }),
    Config: {
      JWTValidationPubKeys: config.jwtValidationPubKeys,
      BoundAudiences: config.boundAudiences,
      BoundIssuer: config.boundIssuers,
      SigningAlgs: config.signingAlgs,
      ClaimMappings: config.claimMappings,
    },
  };
  const request = nomad.json<ApiAuthMethod>({ method: "POST", path, body, signal });
  const method = await during(`error writing ACL auth method "${name}"`, request);
  return { id: method.Name, outputs: methodOutputs(method) };
}

function methodOutputs({ Config, ...method }: ApiAuthMethod): ValueMap {
  return {
    name: method.Name,
    type: method.Type,
    tokenLocality: method.TokenLocality,
    tokenNameFormat: method.TokenNameFormat,
    maxTokenTtl: method.MaxTokenTTL,
    default: method.Default,
    config: {
      jwtValidationPubKeys: Config.JWTValidationPubKeys ?? [],
      ...(Config.BoundAudiences && { boundAudiences: Config.BoundAudiences }),
      ...(Config.BoundIssuer && { boundIssuers: Config.BoundIssuer }),
      ...(Config.SigningAlgs && { signingAlgs: Config.SigningAlgs }),
      ...(Config.ClaimMappings && { claimMappings: Config.ClaimMappings }),
    },
  };
}

interface ApiBindingRule {
  ID: string;
  Description: string;
  AuthMethod: string;
  Selector: string;
  BindType: string;
  BindName: string;
}

const ruleInputs = {
  authMethod: { type: "string", required: true, replaces: true },
  bindType: { type: "string", required: true },
  bindName: { type: "string" },
  selector: { type: "string" },
  description: { type: "string" },
} as const satisfies Properties;

export const aclBindingRule = resource<NomadClient>()({
  inputs: ruleInputs,
  outputs: {},

  create: (inputs, context) => writeRule(undefined, inputs, context),

  async update(id, _state, inputs, context) {
    return (await writeRule(id, inputs, context)).outputs;
  },

  async read(id, _state, { config: nomad, signal }) {
    try {
      const rule = await nomad.json<ApiBindingRule>({ path: `/acl/binding-rule/${segment(id)}`, signal });
      return { outputs: ruleOutputs(rule) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  async delete(id, _state, { config: nomad, signal }) {
    const request = nomad.send({ method: "DELETE", path: `/acl/binding-rule/${segment(id)}`, signal });
    await during(`error deleting ACL binding rule "${id}"`, request);
  },
});

async function writeRule(
  id: string | undefined,
  inputs: InputsOf<typeof ruleInputs>,
  { config: nomad, signal }: Context<NomadClient>,
) {
  const { authMethod, bindType, bindName = "", selector = "", description = "" } = inputs;
  const body = {
    ...(id !== undefined && { ID: id }),
    ...{ AuthMethod: authMethod, BindType: bindType, BindName: bindName, Selector: selector, Description: description },
  };
  const path = id === undefined ? "/acl/binding-rule" : `/acl/binding-rule/${segment(id)}`;
  const request = nomad.json<ApiBindingRule>({ method: "POST", path, body, signal });
  const rule = await during(`error writing an ACL binding rule of "${authMethod}"`, request);
  return { id: rule.ID, outputs: ruleOutputs(rule) };
}

function ruleOutputs({ AuthMethod, BindType, BindName, Selector, Description }: ApiBindingRule): ValueMap {
  return {
    authMethod: AuthMethod,
    bindType: BindType,
    ...(BindName !== "" && { bindName: BindName }),
    ...(Selector !== "" && { selector: Selector }),
    ...(Description !== "" && { description: Description }),
  };
}
