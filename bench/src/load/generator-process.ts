import { readPeople } from '../seed/people-file.ts';
import { Comebacks } from './comebacks.ts';
import { DeliveredMarks } from './delivered-marks.ts';
import { Heartbeats } from './heartbeats.ts';
import { Joining } from './joining.ts';
import { lookAt } from './look.ts';
import { Member, type MemberSink } from './member.ts';
import type { Answer, JoinOrder, Numbered, Order, Report } from './messages.ts';
import { monotonicMicros } from './monotonic-clock.ts';
import { Sockets } from './sockets.ts';
import { ClosedLoop, Traffic } from './traffic.ts';

/** One of the processes that hold the connections. It takes orders from its parent and answers each with a report. */

/** The longest wait for a socket: orders of the parent are seen in between. */
const WAIT_MAX_MICROS = 50_000;
/** Where timers of a millisecond are under way. */
const SHORT_WAIT_MICROS = 1_000;
/** How long the sockets alone are served before the parent may be heard again. */
const YIELD_EVERY_MICROS = 5_000;

const sockets = new Sockets();
const marks = new DeliveredMarks();
const heartbeats = new Heartbeats();
let members: Member[] = [];
let joining: Joining | undefined;
let traffic: Traffic | undefined;
let closedLoop: ClosedLoop | undefined;
let comebacks: Comebacks | undefined;

const sink: MemberSink = {
  upgraded: (member) => {
    joining?.upgraded(member, sockets.readAt);
    comebacks?.opened(member, sockets.readAt);
  },
  joined: (member) => {
    joining?.joined(member, sockets.readAt);
    comebacks?.back(member, sockets.readAt);
  },
  refused: (member, why) => {
    joining?.failed(member, why);
    comebacks?.failed(why);
  },
  delivered: (member, sentAt, fromNode, bytes) => {
    traffic?.delivered(sentAt, fromNode !== member.node, bytes, sockets.readAt);
    marks.raise(member, sockets.readAt);
  },
  acknowledged: (member, ref, ok) => {
    traffic?.acknowledged(ref, ok);
    closedLoop?.acknowledged(member, ref, ok);
  },
  beaten: () => {
    heartbeats.answered++;
  },
  other: (_member, bytes) => traffic?.other(bytes),
  closed: (member, code) => {
    joining?.failed(member, `closed with ${code}`);
    comebacks?.lost(member, code, monotonicMicros());
  },
};

function join({ places, people, concurrency, canReturn }: JoinOrder): Promise<Report> {
  const topics = new Map<string, string>();
  const topicOf = (groupId: string) => {
    const topic = topics.get(groupId) ?? `group:${groupId}`;
    topics.set(groupId, topic);
    return topic;
  };
  members = readPeople(people).map(
    (person) => new Member(person, topicOf(person.groupId), canReturn, sockets, sink),
  );
  heartbeats.begin(members, monotonicMicros());
  joining = new Joining(members, concurrency, (member) => {
    const place = places[member.node];
    if (!place) throw new Error(`There is no node ${member.node}.`);
    member.connect(place);
  });
  return joining.report;
}

function take(order: Order): Promise<Report> {
  switch (order.do) {
    case 'join':
      return join(order);
    case 'traffic':
      marks.begin(order.delivered, members, monotonicMicros());
      traffic = new Traffic(order, members, heartbeats);
      return traffic.report.finally(() => {
        traffic = undefined;
        marks.end();
      });
    case 'closed-loop':
      closedLoop = new ClosedLoop(order, members);
      return closedLoop.report.finally(() => {
        closedLoop = undefined;
      });
    case 'storm':
      comebacks = new Comebacks(order);
      return comebacks.report;
    case 'look':
      return Promise.resolve(lookAt(members, order.lastSeqs));
    case 'leave':
      comebacks = undefined;
      for (const member of members) member.leave();
      members = [];
      heartbeats.begin(members, monotonicMicros());
      return Promise.resolve({ did: 'leave' });
  }
}

function waitMicros(now: number): number {
  const most = marks.isOn || comebacks ? SHORT_WAIT_MICROS : WAIT_MAX_MICROS;
  return Math.min(most, heartbeats.nextAt - now, (traffic?.nextDueAt ?? Number.POSITIVE_INFINITY) - now);
}

process.on('message', ({ id, order }: Numbered) => {
  void take(order).then((report) => process.send?.({ id, report } satisfies Answer));
});
process.on('disconnect', () => process.exit(0));

for (let yieldedAt = 0; ; ) {
  sockets.poll(waitMicros(monotonicMicros()), traffic?.pauseMicros ?? 0);
  const now = monotonicMicros();
  traffic?.tick(now, marks);
  marks.tick(now);
  heartbeats.tick(now);
  comebacks?.tick(now);
  if (now - yieldedAt < YIELD_EVERY_MICROS) continue;
  yieldedAt = now;
  await new Promise(setImmediate);
}
