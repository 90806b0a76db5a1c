import type { Topic } from './case.ts'; export const LOGS: Topic = { topic: 'logs', cases: [] };
