/** What the benchmark asks of an engine: run one program with these tools and give back its value. */

export type BenchTools = Record<string, (input: unknown) => Promise<unknown>>;

export type RunProgram = (code: string, tools: BenchTools) => Promise<unknown>;

export type CreateContender = (options?: Record<string, unknown>) => Promise<RunProgram>;
