import { LACKING_MAX, type LookReport } from './messages.ts';

type Looked = { groupId: string; node: number; isOpen: boolean; lastSeq: number; gaps: number };

/** Compares what each member has with where the logs end. */
export function lookAt(members: readonly Looked[], lastSeqs: Readonly<Record<string, number>>): LookReport {
  const behind = members.filter(({ groupId, lastSeq }) => lastSeq < (lastSeqs[groupId] ?? 0));
  return {
    did: 'look',
    gaps: members.reduce((sum, { gaps }) => sum + gaps, 0),
    lacking: behind.slice(0, LACKING_MAX).map(({ groupId, node, isOpen, lastSeq }) => ({
      groupId,
      node,
      isConnected: isOpen,
      lastSeq,
      of: lastSeqs[groupId] ?? 0,
    })),
  };
}
