import { createGroup, createPerson, type Person } from '@tpx/testkit';

/** Conversations with history, somebody who talks in them, and somebody who will read them. */
export type Rooms = { talker: Person; reader: Person; groupIds: string[] };

const AT_ONCE = 24;

export async function makeRooms(server: { url: string }, tabs: number, linesEach: number): Promise<Rooms> {
  const [talker, reader] = await Promise.all([
    createPerson(server, 'talker'),
    createPerson(server, 'reader'),
  ]);
  const groupIds: string[] = [];
  for (let tab = 1; tab <= tabs; tab++)
    groupIds.push((await createGroup(talker, [reader], `Room ${tab}`)).id);
  const left = groupIds.flatMap((id) =>
    Array.from({ length: linesEach }, (_, line) => ({ id, line: line + 1 })),
  );
  left.reverse();
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) await say(talker, next.id, lineText(next.line));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { talker, reader, groupIds };
}

export async function say(talker: Person, groupId: string, text: string): Promise<void> {
  const { status } = await talker.api.call('POST', '/messages/send', {
    group_id: groupId,
    type: 'text',
    content: { text },
  });
  if (status !== 201) throw new Error(`Sending answered ${status}.`);
}

/** As people write: from a word to three lines, here an address, there an emoji. */
export function lineText(line: number): string {
  const words = 'we could meet at the harbour when the rain has stopped and bring bread for the gulls'.split(
    ' ',
  );
  const length = 1 + ((line * 7) % 28);
  const body = Array.from({ length }, (_, at) => words[(line + at) % words.length]).join(' ');
  const more = line % 11 === 0 ? ` https://example.org/${line}` : line % 7 === 0 ? ' 👍🏽' : '';
  return `line ${String(line).padStart(5, '0')} ${body}${more}`;
}
