import type { ConversationObject, UserObject } from '@tpx/protocol';
import type { Arg, ArgKind, Command } from '../commands/command.ts';
import type { CommandContext } from '../commands/command-context.ts';
import { titleOf } from '../commands/conversation-names.ts';
import { bodyOf, dayAndClock, excerpt } from '../commands/message-text.ts';
import { refusedIn } from '../commands/outbox-commands.ts';
import { isAllowed, isTarget } from '../commands/permission.ts';
import { THEMES } from '../themes/themes.ts';
import { type Candidate, matching } from './completion.ts';
import { searchEmoji } from './emoji-names.ts';
import { type PeopleList, type PeopleLists, standingIn } from './people-lists.ts';
import { quoteWord } from './words.ts';

export type ArgQuestion = { command: Command; before: string; typed: string };
export type Sources = { context: CommandContext; lists: PeopleLists; table: readonly Command[] };

/** What is known at once, and what has to be asked for: that takes the place of the first when it comes. */
export type Offer = { now: readonly Candidate[]; later?: () => Promise<readonly Candidate[]> };
type Offers = (sources: Sources, question: ArgQuestion, arg: Arg) => Offer;

const REFERENCES_MAX = 8;
const NOTHING: Offers = () => ({ now: [] });

/** What Tab offers for an argument, all of it that fits what is typed (spec TERM-24). */
export function argumentOffer(sources: Sources, question: ArgQuestion, arg: Arg): Offer {
  const words = arg.choices ?? arg.offersAfter?.[question.before];
  const { now, later } = words ? { now: words.map(plain) } : BY_KIND[arg.kind](sources, question, arg);
  const fitting = (candidates: readonly Candidate[]) =>
    // What is searched for by more than its name has been chosen already.
    arg.kind === 'emoji' || arg.kind === 'path'
      ? candidates
      : matching(question.typed.replace(/^@/, ''), candidates);
  const written = (candidates: readonly Candidate[]) =>
    fitting(candidates).map((one) => (arg.rest ? one : { ...one, text: quoteWord(one.text) }));
  return { now: written(now), ...(later && { later: async () => written(await later()) }) };
}

const BY_KIND: Record<ArgKind, Offers> = {
  text: NOTHING,
  word: NOTHING,
  number: NOTHING,
  secret: NOTHING,
  user: people((list, { context }) => {
    const { client } = context;
    const others = list.members.map(({ user }) => user).filter(({ id }) => !client.people.peek(id));
    return [...client.people.all.toReversed(), ...others];
  }),
  member: people((list) => list.members.map(({ user }) => user)),
  banned: people((list) => list.banned),
  blocked: ({ context }) => ofIds(context, context.client.me.blocked_users),
  ignored: ({ context }) => ofIds(context, context.preferences.current.ignored),
  conversation: ({ context }) => ({ now: conversations(context, () => true) }),
  group: ({ context }) => ({ now: conversations(context, ({ kind }) => kind === 'group') }),
  message: ({ context }) => ({ now: references(context) }),
  refused: ({ context }) => ({ now: refused(context) }),
  emoji: (_, { typed }) => ({
    now: searchEmoji(typed.replace(/^:|:$/g, '')).map(({ name, emoji }) => ({
      text: emoji,
      label: name,
      note: emoji,
    })),
  }),
  command: ({ context, table }) => ({
    now: table
      .filter((one) => isAllowed(one, context))
      .map(({ name, help }) => ({ ...plain(name), note: help })),
  }),
  theme: () => ({ now: [...THEMES.keys()].map(plain) }),
  level: NOTHING,
  highlight: ({ context }) => ({
    now: context.preferences.current.highlights.map(({ pattern }) => plain(pattern)),
  }),
  path: ({ context }, { typed }) => ({ now: [], later: async () => await paths(context, typed) }),
  session: ({ context }) => ({ now: [], later: async () => await sessions(context) }),
};

function plain(text: string): Candidate {
  return { text, label: text };
}

/** People of a list, without oneself, and without those whom the command's right does not reach. */
function people(of: (list: PeopleList, sources: Sources) => readonly UserObject[]): Offers {
  return (sources, { command }) => {
    const { context, lists } = sources;
    const conversation = context.current();
    const me = context.client.me.id;
    const offered = (list: PeopleList) =>
      of(list, sources)
        .filter(({ id }) => id !== me && isTarget(command, conversation?.about, standingIn(list, id)))
        .flatMap(person);
    if (!conversation) return { now: offered({ members: [], banned: [] }) };
    return {
      now: offered(lists.now(conversation)),
      later: async () => offered(await lists.fetch(conversation)),
    };
  };
}

function person({ username, display_name }: UserObject): Candidate[] {
  if (username === null) return [];
  const note = display_name === username ? {} : { note: display_name };
  return [{ ...plain(username), ...note }];
}

function ofIds({ client }: CommandContext, ids: readonly string[]): Offer {
  const known = () => ids.flatMap((id) => client.people.peek(id) ?? []).flatMap(person);
  return {
    now: known(),
    later: async () => {
      await Promise.all(ids.map((id) => client.people.get(id)));
      return known();
    },
  };
}

function conversations(context: CommandContext, fits: (about: ConversationObject) => boolean): Candidate[] {
  return context.client.conversations
    .filter(({ about }) => fits(about))
    .map((one) => {
      const { unread } = one;
      return { ...plain(titleOf(one, context)), ...(unread > 0 && { note: `${unread} unread` }) };
    });
}

/** The newest messages, and below them those who have written. */
function references(context: CommandContext): Candidate[] {
  const said = (context.current()?.messages ?? []).filter(
    ({ type, deleted }) => type !== 'system' && !deleted,
  );
  const newest = said.slice(-REFERENCES_MAX).toReversed();
  const names = [...new Set(said.toReversed().map(({ sender_id }) => context.name(sender_id)))];
  return [
    ...newest.map((message) => ({
      ...plain(`#${message.seq}`),
      note: `${context.name(message.sender_id)}: ${excerpt(bodyOf(message), 30)}`,
    })),
    ...names.map((name) => ({ text: `@${name}`, label: name, note: 'their last message' })),
  ];
}

function refused(context: CommandContext): Candidate[] {
  const conversation = context.current();
  if (!conversation) return [];
  return refusedIn(conversation)
    .toReversed()
    .map(({ message }, index) => ({
      ...plain(`-${index + 1}`),
      note: excerpt(message.content.text ?? message.type, 30),
    }));
}

async function paths({ ports }: CommandContext, typed: string): Promise<Candidate[]> {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const names = await ports.files.list(typed);
  const begun = typed.slice(folder.length).toLowerCase();
  return names
    .filter((name) => name.toLowerCase().startsWith(begun))
    .map((name) => ({
      text: folder + name,
      label: name,
      ...(name.endsWith('/') && { open: true as const }),
    }));
}

async function sessions({ client }: CommandContext): Promise<Candidate[]> {
  const all = await client.rest.auth.sessions();
  return all.sessions
    .filter(({ current }) => !current)
    .map(({ id, device_name, last_used_at }) => ({
      ...plain(id.slice(-8)),
      note: `${device_name || 'unnamed'}, ${dayAndClock(last_used_at)}`,
    }));
}
