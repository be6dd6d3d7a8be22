// What runs in the page: a plan over `workers` of its engine, timed from the loading of the tables to the report.
// Nothing outside the function is seen there.

/** @param {{ texts: string[], options?: any[], plan: any, workers: number }} what */
export async function runPlan({ texts, options: read = [], plan, workers }) {
  const { engine } = window.autograft;
  const desk = async (ask, options = {}) => {
    const { answer, buffers } = await engine.request({ type: "desk", ask, device: "cpu" }, options);
    return { ...answer, buffers };
  };
  const tables = [];
  for (const [at, text] of texts.entries()) tables.push((await engine.request({ type: "open", options: read[at] ?? {} }, { files: [new File([text], "table.csv")], worker: 0 })).buffers[0]);
  const bring = async (worker) => {
    await desk({ type: "load", sources: 1 }, { buffers: tables, worker });
    return desk({ type: "prepare", plan }, { worker });
  };
  const begin = performance.now();
  const { jobs } = await bring(0);
  const waiting = jobs.map((job, at) => ({ ...job, at }));
  const outcomes = [];
  const kept = new Map();
  const running = new Set();
  const work = async (worker) => {
    if (worker > 0) await bring(worker);
    const has = new Set();
    for (;;) {
      const free = waiting.filter(({ needs }) => !needs || kept.has(needs));
      const job = free.find(({ unit }) => unit.type === "pretrain") ?? free[0];
      if (!job) {
        if (!waiting.length) return;
        await Promise.race(running);
        continue;
      }
      waiting.splice(waiting.indexOf(job), 1);
      const done = (async () => {
        if (job.needs && !has.has(job.needs)) {
          await desk({ type: "keep_pretrained", key: job.needs }, { buffers: [kept.get(job.needs)], worker });
          has.add(job.needs);
        }
        const { buffers } = await desk({ type: "run", unit: job.unit }, { worker });
        outcomes[job.at] = buffers[0];
        if (job.unit.type === "pretrain") kept.set(job.unit.key, buffers[0]);
      })();
      running.add(done);
      await done;
      running.delete(done);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  const { buffers: none, ...answer } = await desk({ type: "report", shift: null }, { buffers: outcomes, worker: 0 });
  const ms = performance.now() - begin;
  let memory = 0;
  for (let worker = 0; worker < workers; worker++) memory += (await engine.request({ type: "hello" }, { worker })).memory;
  return { seconds: ms / 1e3, mb: memory / 1e6, units: jobs.length, answer };
}
