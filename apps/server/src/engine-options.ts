import options from '../engine-options.json' with { type: 'json' };

/*
 * Options of Bun's engine for a node. It reads them from the environment as it begins, so a process without them begins
 * again in its place: the same id, parent, terminal and arguments, some 10 ms later. What starts nodes sets them itself.
 *
 * BUN_JSC_useFTLJIT=0: the last tier of the compiler takes a fifth of a node's core for as long as a storm of joins
 * lasts, on the very core that has to answer it, and what it makes is no faster at this work (docs/benchmarks.md).
 */
const missing = Object.keys(options).some((name) => process.env[name] === undefined);
if (missing && process.execve && process.platform !== 'win32') {
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...options, ...process.env });
}
