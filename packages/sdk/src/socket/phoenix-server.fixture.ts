import type { ServerWebSocket } from 'bun';

type WireFrame = [string | null, string | null, string, string, unknown];
export type Link = {
  answer(frame: WireFrame, status: string, response: unknown): void;
} & ServerWebSocket<unknown>;

/** A real WebSocket server of a few lines that does with frames what a test says. */
export function phoenixServer(onFrame: (frame: WireFrame, link: Link) => void) {
  const state = {
    refuse: false,
    tokens: [] as string[],
    urls: [] as string[],
    links: [] as Link[],
    frames: [] as WireFrame[],
  };
  const server = Bun.serve({
    port: 0,
    fetch(request, bun) {
      const [, protocol = ''] = request.headers.get('sec-websocket-protocol')?.split(', ') ?? [];
      state.tokens.push(Buffer.from(protocol.split('.').at(-1) ?? '', 'base64url').toString());
      state.urls.push(request.url);
      if (state.refuse) return new Response('no', { status: 403 });
      const headers = { 'Sec-WebSocket-Protocol': 'phoenix' };
      return bun.upgrade(request, { headers }) ? undefined : new Response('no', { status: 400 });
    },
    websocket: {
      open(socket) {
        const answer: Link['answer'] = ([joinRef, ref, topic], status, response) =>
          socket.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', { status, response }]));
        state.links.push(Object.assign(socket, { answer }));
      },
      message(socket, text) {
        const frame = JSON.parse(String(text)) as WireFrame;
        state.frames.push(frame);
        onFrame(frame, socket as Link);
      },
    },
  });
  return { ...state, state, url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}
