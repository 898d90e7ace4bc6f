/** The lifecycle policy of a repository, in ECR's JSON; undefined where nothing expires. */
export function lifecyclePolicy(untaggedExpireAfterDays: number | false, keepImages: number | undefined) {
  const rules: object[] = [];
  const expire = (description: string, selection: object) => {
    rules.push({ rulePriority: rules.length + 1, description, selection, action: { type: "expire" } });
  };
  if (untaggedExpireAfterDays !== false) {
    expire("Images without a tag", {
      tagStatus: "untagged",
      countType: "sinceImagePushed",
      countUnit: "days",
      countNumber: untaggedExpireAfterDays,
    });
  }
  // ECR wants the rule about any image last.
  if (keepImages !== undefined) {
    expire("All but the newest images", {
      tagStatus: "any",
      countType: "imageCountMoreThan",
      countNumber: keepImages,
    });
  }
  return rules.length > 0 ? { rules } : undefined;
}
