import { spawnSync } from 'node:child_process';

/** Asks the native guard: one answer for each question. */
export function judge(program, questions) {
  const { status, stdout, error } = spawnSync(program, { input: `${questions.join('\n')}\n`, maxBuffer: 1 << 30 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  const answers = stdout.toString().trimEnd().split('\n');
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers to ${questions.length} questions`);
  return answers;
}
