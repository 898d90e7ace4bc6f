import type { Facts } from "../schema";

/** Logs, alarms, events. */
export const observationFacts: Readonly<Record<string, Facts>> = {
  "aws:cloudwatch/logGroup:LogGroup": {
    replaces: "logGroupClass name namePrefix",
    computed: "deletionProtectionEnabled logGroupClass namePrefix",
    defaults: { retentionInDays: 0, skipDestroy: false },
    autoName: { maxLength: 512 },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    replaces: "name",
    computed: "evaluateLowSampleCountPercentiles",
    defaults: { actionsEnabled: true, treatMissingData: "missing" },
  },
  "aws:cloudwatch/eventRule:EventRule": {
    replaces: "eventBusName name namePrefix",
    computed: "isEnabled namePrefix",
    defaults: { eventBusName: "default", forceDestroy: false },
    autoName: { maxLength: 64 },
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    replaces: "eventBusName rule targetId",
    computed: "targetId",
    defaults: { eventBusName: "default", forceDestroy: false },
  },
};
