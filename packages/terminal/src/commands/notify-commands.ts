import { compilePattern } from '../highlight/highlight-rule.ts';
import { notifyLevel } from '../highlight/loudness.ts';
import { UsageError } from '../language/usage-error.ts';
import { type HighlightRule, NOTIFY_LEVELS, type NotifyLevel } from '../preferences/preferences.ts';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { titleOf } from './conversation-names.ts';
import { findSomebodyElse } from './find-user.ts';
import { requireCurrent } from './permission.ts';

const PATTERN = { name: 'pattern', kind: 'text', rest: true } as const;

export const NOTIFY_COMMANDS = [
  command({
    name: 'notify',
    aliases: [],
    args: [{ name: 'level', kind: 'level', choices: NOTIFY_LEVELS, optional: true }],
    help: 'How loud the open conversation is: mute, mentions or all. Alone it shows it.',
    details: 'mute: nothing rings. mentions: your name and your highlights ring. all: every message rings.',
    permission: { needs: 'conversation' },
    run: async (context, { level }) => await setLevel(context, level as NotifyLevel | undefined),
    show: levelLines,
  }),
  command({
    name: 'mute',
    aliases: [],
    args: [],
    help: 'Silence the open conversation.',
    permission: { needs: 'conversation' },
    run: async (context) => await setLevel(context, 'mute'),
    show: levelLines,
  }),
  command({
    name: 'unmute',
    aliases: [],
    args: [],
    help: 'Let the open conversation be as loud as those that you never set.',
    permission: { needs: 'conversation' },
    async run(context) {
      const { topic } = requireCurrent(context);
      const { [topic]: _, ...notify } = context.preferences.current.notify;
      await context.preferences.change({ notify });
      return await setLevel(context, undefined);
    },
    show: levelLines,
  }),
  command({
    name: 'highlight',
    aliases: ['hl'],
    args: [{ ...PATTERN, optional: true }],
    help: 'Be called by a word, or a /pattern/i, wherever it is written. Alone it lists them.',
    details: 'Your own name calls always.',
    examples: ['/highlight deploy', '/highlight /release (day|night)/i'],
    permission: { needs: 'account' },
    run: async (context, { pattern }) => await addRule(context, pattern, undefined),
    show: ruleLines,
  }),
  command({
    name: 'highlight here',
    aliases: ['hl here'],
    args: [PATTERN],
    help: 'The same, in the open conversation only.',
    permission: { needs: 'conversation' },
    run: async (context, { pattern }) => await addRule(context, pattern, requireCurrent(context).topic),
    show: ruleLines,
  }),
  command({
    name: 'highlight remove',
    aliases: ['hl remove', 'unhighlight'],
    args: [{ name: 'pattern', kind: 'highlight', rest: true }],
    help: 'Not be called by it any more.',
    permission: { needs: 'account' },
    async run(context, { pattern }) {
      const before = context.preferences.current.highlights;
      const highlights = before.filter((rule) => rule.pattern !== pattern);
      if (highlights.length === before.length) throw new UsageError(`Nothing calls you by “${pattern}”.`);
      await context.preferences.change({ highlights });
      return { highlights };
    },
    show: ruleLines,
  }),
  command({
    name: 'ignore',
    aliases: ['ig'],
    args: [{ name: 'user', kind: 'user', optional: true }],
    help: 'Fold away what somebody writes, on this device only. Alone it lists whom.',
    details: '/block does more: it keeps them from writing to you, on every device.',
    permission: { needs: 'account' },
    async run(context, { user: ref }) {
      const { ignored: before } = context.preferences.current;
      if (ref === undefined) {
        await context.learn(before);
        return { ignored: before };
      }
      const { id } = await findSomebodyElse(context, ref);
      const ignored = [...new Set([...before, id])];
      await context.preferences.change({ ignored });
      return { ignored };
    },
    show: ({ ignored }, { name }) =>
      ignored.length === 0 ? ['You ignore nobody.'] : [`Ignored here: ${ignored.map(name).join(', ')}.`],
  }),
  command({
    name: 'unignore',
    aliases: [],
    args: [{ name: 'user', kind: 'ignored' }],
    help: 'Show again what somebody writes.',
    permission: { needs: 'account' },
    async run(context, { user: ref = '' }) {
      const { id } = await findSomebodyElse(context, ref);
      const before = context.preferences.current.ignored;
      if (!before.includes(id)) throw new UsageError(`You do not ignore ${ref}.`);
      const ignored = before.filter((one) => one !== id);
      await context.preferences.change({ ignored });
      return { ignored, shown: id };
    },
    show: ({ shown }, { name }) => [`${name(shown)} is shown again.`],
  }),
] as const;

async function setLevel(context: CommandContext, level: NotifyLevel | undefined) {
  const conversation = requireCurrent(context);
  const { topic } = conversation;
  const { preferences } = context;
  if (level !== undefined)
    await preferences.change({ notify: { ...preferences.current.notify, [topic]: level } });
  const name = titleOf(conversation, context);
  return { topic, name, level: notifyLevel(conversation, preferences.current) };
}

function levelLines({ name, level }: { name: string; level: NotifyLevel }): string[] {
  const says = {
    mute: 'nothing rings',
    mentions: 'mentions and highlights ring',
    all: 'every message rings',
  };
  return [`${name}: ${level} (${says[level]}).`];
}

async function addRule(context: CommandContext, pattern: string | undefined, topic: string | undefined) {
  const before = context.preferences.current.highlights;
  if (pattern === undefined) return { highlights: before };
  compilePattern(pattern);
  const others = before.filter((rule) => rule.pattern !== pattern || rule.topic !== topic);
  const highlights = [...others, topic === undefined ? { pattern } : { pattern, topic }];
  await context.preferences.change({ highlights });
  return { highlights };
}

function ruleLines(
  { highlights }: { highlights: readonly HighlightRule[] },
  context: CommandContext,
): string[] {
  if (highlights.length === 0) return ['Only your own name calls you.'];
  const rules = highlights.map(({ pattern, topic }) => {
    const conversation = topic === undefined ? undefined : context.client.conversation(topic);
    const where = topic === undefined ? '' : `  in ${conversation ? titleOf(conversation, context) : topic}`;
    return `  ${pattern}${where}`;
  });
  return ['Your own name calls you, and:', ...rules];
}
