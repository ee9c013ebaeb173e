import { readFileSync } from 'node:fs';
import { DeliveredMarks } from './delivered-marks.ts';
import { Joining } from './joining.ts';
import { Member, type MemberSink, type Place } from './member.ts';
import type { Order, Report } from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';
import { ClosedLoop, Traffic } from './traffic.ts';

/** One of the processes that hold the connections. It takes orders from its parent and answers each with a report. */

const TICK_MS = 1;
const BEAT_EVERY_MS = 30_000;
const BEAT_STEP_MS = 1_000;

const marks = new DeliveredMarks();
let members: Member[] = [];
let joining: Joining | undefined;
let traffic: Traffic | undefined;
let closedLoop: ClosedLoop | undefined;
/** When the bytes at hand were read. */
let now = 0;

const sink: MemberSink = {
  upgraded: (member) => joining?.upgraded(member, now),
  joined: (member) => joining?.joined(member, now),
  refused: (member, why) => joining?.failed(member, why),
  delivered: (member, _seq, sentAt, bytes) => {
    traffic?.delivered(sentAt, bytes, now);
    marks.raise(member, now);
  },
  acknowledged: (member, ref, ok) => {
    traffic?.acknowledged(ref, ok);
    closedLoop?.acknowledged(member, ref, ok);
  },
  other: (_member, bytes) => traffic?.other(bytes),
  closed: (member, code) => joining?.failed(member, `closed with ${code}`),
};

const handlers = {
  data(socket: Bun.Socket<Member>, chunk: Buffer) {
    now = monotonicMicros();
    socket.data.received(chunk);
  },
  drain: (socket: Bun.Socket<Member>) => socket.data.drained(),
  close: (socket: Bun.Socket<Member>) => socket.data.ended(),
  error: (socket: Bun.Socket<Member>) => socket.data.ended(),
};

function connect(member: Member, place: Place): Promise<unknown> {
  const { host: hostname, port } = place;
  const open = (socket: Bun.Socket<Member>) => member.opened(socket, place);
  return Bun.connect<Member>({ hostname, port, data: member, socket: { ...handlers, open } });
}

function take(order: Order): Promise<Report> {
  switch (order.do) {
    case 'join': {
      const lines = readFileSync(order.file, 'utf8').trimEnd().split('\n').slice(order.from, order.to);
      members = lines.map((line) => {
        const [token = '', groupId = ''] = line.split(' ');
        return new Member(token, groupId, sink);
      });
      joining = new Joining(members, order.concurrency, (member) => connect(member, order.place));
      return joining.report;
    }
    case 'traffic':
      marks.begin(order.delivered, members, monotonicMicros());
      traffic = new Traffic(order, members);
      return traffic.report.finally(() => {
        traffic = undefined;
        marks.end();
      });
    case 'closed-loop':
      closedLoop = new ClosedLoop(order, members);
      return closedLoop.report.finally(() => {
        closedLoop = undefined;
      });
    case 'leave':
      for (const member of members) member.leave();
      members = [];
      return Promise.resolve({ did: 'leave' });
  }
}

setInterval(() => {
  const at = monotonicMicros();
  traffic?.tick(at, marks);
  marks.tick(at);
}, TICK_MS);

let beatFrom = 0;
setInterval(() => {
  const share = Math.ceil((members.length * BEAT_STEP_MS) / BEAT_EVERY_MS);
  for (let step = 0; step < share; step++) members[(beatFrom + step) % members.length]?.beat();
  beatFrom += share;
}, BEAT_STEP_MS);

process.on('message', (order: Order) => {
  void take(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit(0));
