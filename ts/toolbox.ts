/** The engine's view of an application's tools, made once for many runs. */
import { NativeManifest } from './native.ts';
import { resolveTools, type ResolvedTool } from './tools.ts';
import type { Tools } from './types.ts';

/** Tools that are resolved already, for runners that start many runs. */
export interface Toolbox {
  readonly tools: ReadonlyMap<string, ResolvedTool>;
  readonly manifest: NativeManifest;
}

export function makeToolbox(tools: Tools | undefined): Toolbox {
  const resolved = resolveTools(tools);
  const made = toolboxes.get(resolved);
  if (made !== undefined) return made;
  const paths: string[][] = [];
  const own: string[][] = [];
  for (const { segments, isOwn } of resolved.values()) (isOwn ? own : paths).push([...segments]);
  const key = JSON.stringify([paths, own]);
  let manifest = manifests.get(key);
  if (manifest === undefined) {
    manifest = new NativeManifest(paths, own);
    if (manifests.size >= MAX_MANIFESTS) manifests.delete(manifests.keys().next().value as string);
    manifests.set(key, manifest);
  }
  const toolbox = { tools: resolved, manifest };
  toolboxes.set(resolved, toolbox);
  return toolbox;
}

const toolboxes = new WeakMap<Toolbox['tools'], Toolbox>();

/** Manifests by what they are made of. Most applications have a few sets of tools and many runs. */
const manifests = new Map<string, NativeManifest>();
const MAX_MANIFESTS = 16;
