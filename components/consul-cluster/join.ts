import type { JoinTag } from "./ref";

/**
 * A go-discover term, as Consul and Nomad take it in `retry_join`: the private addresses of the EC2 instances with a tag.
 * It needs the right `ec2:DescribeInstances`. Source: go-discover 1.1.0, provider/aws.
 */
export function joinTerm(tag: JoinTag, awsRegion: string): string {
  return `provider=aws region=${awsRegion} tag_key=${tag.key} tag_value=${tag.value}`;
}
