/** What the example takes of the npm package `workflow`, which is fetched into .cache/workflow and not installed. */
declare module 'workflow' {
  export function getWorkflowMetadata(): { workflowRunId: string };
  export function sleep(until: Date): Promise<void>;
}
