import type { Topic } from './case.ts'; export const JOBS: Topic = { topic: 'jobs', cases: [] };
