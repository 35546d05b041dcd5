/** Asks until `question` is answered with true; fails after `timeoutMs`. */
export async function until(question: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await question())) {
    if (performance.now() > deadlineMs) throw new Error(`What was waited for did not come in ${timeoutMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
