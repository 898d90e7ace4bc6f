import { arn } from "../cloud";
import { type Behaviour, shown, textOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

// Of CloudWatch Logs; 0 is for ever.
const RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const COMPARISONS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "GreaterThanUpperThreshold",
];

const logGroup: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .matches("name", /^[\w./#-]{1,512}$/, "up to 512 letters, digits and ._-/#")
      .oneOf("logGroupClass", ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]);
    const days = inputs["retentionInDays"];
    if (typeof days === "number" && !RETENTION_DAYS.includes(days)) {
      checks.add("retentionInDays", `must be one of ${RETENTION_DAYS.join(", ")}, but is ${days}`);
    }
    return checks.failures;
  },
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, _inputs, site) => ({
    arn: arn(site, "logs", `log-group:${id}`),
    logGroupClass: "STANDARD",
    namePrefix: "",
    deletionProtectionEnabled: false,
  }),
};

const metricAlarm: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .exactlyOne("metricName", "metricQueries", "evaluationCriteria")
      .oneOf("comparisonOperator", COMPARISONS)
      .oneOf("statistic", ["SampleCount", "Average", "Sum", "Minimum", "Maximum"])
      .oneOf("treatMissingData", ["breaching", "notBreaching", "ignore", "missing"])
      .atMostOne("statistic", "extendedStatistic");
    if (isGiven(inputs["metricName"])) {
      for (const property of ["namespace", "period"].filter((name) => !isGiven(inputs[name]))) {
        checks.add(property, 'is needed with "metricName"');
      }
    }
    return checks.failures;
  },
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, _inputs, site) => ({
    arn: arn(site, "cloudwatch", `alarm:${id}`),
    evaluateLowSampleCountPercentiles: "",
  }),
};

const eventRule: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs).oneOf("state", [
      "ENABLED",
      "DISABLED",
      "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
    ]);
    if (!isGiven(inputs["eventPattern"]) && !isGiven(inputs["scheduleExpression"])) {
      checks.add("eventPattern", 'or "scheduleExpression" is needed');
    }
    return checks.failures;
  },
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, _inputs, site) => ({ arn: arn(site, "events", `rule/${id}`), isEnabled: true, namePrefix: "" }),
};

const eventTarget: Behaviour = {
  id: ({ rule, targetId }) => `${shown(rule)}-${textOf(targetId) ?? "terraform"}`,
  outputs: (id, { rule }) => ({ targetId: id.slice(shown(rule).length + 1) }),
};

export const observationBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
  "aws:cloudwatch/eventRule:EventRule": eventRule,
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
};
