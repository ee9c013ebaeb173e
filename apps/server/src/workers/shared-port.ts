/**
 * A port that all workers can share from now on. It is taken and given back first: the kernel lets any program of the
 * same user share it afterwards, also one that has nothing to do with them. @throws what Bun throws where it is taken
 */
export function claimPort(hostname: string, port: number): number {
  const listener = Bun.listen({ hostname, port, exclusive: true, socket: { data: () => undefined } });
  const claimed = listener.port;
  listener.stop(true);
  return claimed;
}
