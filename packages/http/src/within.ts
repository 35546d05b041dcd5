/** What `promise` gives, or undefined when it takes longer than `msMax`; the work itself goes on. */
export async function within<Value>(promise: Promise<Value>, msMax: number): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), msMax);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
