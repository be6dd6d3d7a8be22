// Run: phases, losses, time left; pause, cancel, and finished work that stays.

import { html, nothing } from "lit";
import { losses } from "../charts/losses.js";
import { duration, percent, whole } from "../format.js";
import { downloadRun } from "../keep.js";
import { go, head, onward } from "../navigate.js";
import { coarse, timeLeft } from "../pace.js";
import { cancelRun, elapsed, expected, pauseRun, startRun } from "../run.js";
import { blocked, state } from "../store.js";
import { measure } from "../study.js";
import { deviceOf } from "../workers.js";
import { explain, known, t } from "../words.js";
import { Base } from "./base.js";
import { figure } from "./figure.js";
import { liveRounds } from "./rounds-view.js";
import { reasonOf } from "./stage-method.js";

/** @typedef {import("../page.js").Run} RunState */
/** @typedef {import("../page.js").Unit} Unit */

/** @param {Unit} unit */
function methodName(unit) {
  const id = "method" in unit ? state.run?.methods[unit.method] : undefined;
  return id ? t(`method.${id}.name`) : "";
}

/** @param {Unit} unit */
function unitName(unit) {
  const facts = { method: methodName(unit), fold: "fold" in unit ? unit.fold + 1 : "", n: "size" in unit ? unit.size : "" };
  return t(`unit_of_work.${unit.type}`, facts);
}

/** What the units are, when all of the same kind lie together. @param {Unit} unit */
function group(unit) {
  const type = t(`run.type.${unit.type}`) + ("direction" in unit && unit.direction === "reverse" ? t("run.reverse") : "");
  return unit.type === "grid" || unit.type === "pretrain" ? type : t("run.group", { type, method: methodName(unit) });
}

/** The words of a phase: its facts name a method by its id. @param {import("../page.js").Phase} phase */
function phaseName({ name, facts }) {
  const words = /** @type {[string, string][]} */ (facts.map(([slot, value]) => [slot, slot === "method" ? t(`method.${value}.name`) : value]));
  return t(known(`phase.${name}`) ? `phase.${name}` : "phase.other", words);
}

/** The outcome's classes, and which is the event. */
function classes() {
  const { classes: names = [], event } = state.prepared?.data ?? {};
  return { names, event: Math.max(0, names.indexOf(event ?? "")) };
}

class Run extends Base {
  /** @override */
  updated() {
    measure();
    if (state.run?.status === "done" && this.was !== "done" && !blocked("verdict")) go("verdict");
    this.was = state.run?.status;
  }

  /** @type {string | undefined} */
  was;

  /** @override */
  render() {
    const { run } = state;
    const status = run?.status ?? "idle";
    return html`${head("run")}
      <section class="card run" aria-label=${t("stage.run")}>
        ${run ? this.progress(run) : this.before()}
        <div class="row">${this.buttons(status)}</div>
        ${run?.failure ? this.failure(run.failure) : nothing}
      </section>
      ${run && ["running", "paused"].includes(status) ? this.live(run) : nothing}
      ${run ? this.jobs(run) : nothing}
      ${status === "done" ? onward("verdict") : nothing}`;
  }

  before() {
    const { prepared, measured } = state;
    const kind = expected();
    return html`<p class="big">${t("run.ready", { n: whole(prepared?.jobs.length) })}</p>
      <p class="soft">${t(kind === null ? "run.no_estimate" : `run.expected.${kind}`)} ${measured?.choice ? html`<span class="chip">${t(`device.${measured.choice}`)}</span> ${reasonOf(measured.reason)}` : nothing}</p>`;
  }

  /** @param {string} status */
  buttons(status) {
    const doneSome = state.run?.jobs.some((job) => job.status === "done");
    const can = state.prepared && !state.working;
    if (status === "running" || status === "paused") return html`
      <button type="button" @click=${() => pauseRun(status === "running")}>${t(status === "running" ? "run.pause" : "run.continue")}</button>
      <button type="button" class="danger" @click=${cancelRun}>${t("run.cancel")}</button>`;
    if (status === "stopping") return html`<button type="button" class="danger" disabled>${t("run.stopping")}</button>`;
    return html`<button type="button" class="primary" ?disabled=${!can} @click=${() => startRun()}>${t(status === "done" ? "run.again" : doneSome ? "run.resume" : "run.start")}</button>
      ${doneSome ? html`<button type="button" class="quiet" @click=${downloadRun}>${t("keep.run_file")}</button>` : nothing}`;
  }

  /** @param {RunState} run */
  progress(run) {
    const done = run.jobs.filter((job) => job.status === "done");
    const cost = (/** @type {RunState["jobs"]} */ jobs) => jobs.reduce((sum, job) => sum + (job.cost || 1), 0);
    const share = run.jobs.length ? cost(done) / Math.max(1e-9, cost(run.jobs)) : 0;
    const left = run.status === "running" && !run.reporting ? timeLeft(run.jobs, run.places, elapsed(run)) : undefined;
    const words = run.reporting ? t("run.reporting") : t(`run.status.${run.status}`, { done: whole(done.length), all: whole(run.jobs.length) });
    // Told to a screen reader at every tenth, not at every step.
    const spoken = t("run.spoken", { share: percent(Math.floor(share * 10) / 10), status: t(`run.status_short.${run.status}`) });
    return html`<p class="big">${words}</p><p class="visually-hidden" role="status">${spoken}</p>
      <progress class="main" max="1" value=${share} aria-label=${t("run.progress")}></progress>
      <p class="soft">${t("run.share", { share: percent(share) })} ${left === undefined ? nothing : left === null ? t("run.measuring") : t("run.left", { time: duration(coarse(left)) })}
        ${run.places > 1 ? t("run.workers", { n: run.places }) : nothing} <span class="chip">${t(`device.${deviceOf()}`)}</span></p>`;
  }

  /** @param {unknown} failure */
  failure(failure) {
    const { what, hint } = explain(failure);
    return html`<div class="alert bad" role="alert"><div><strong>${what}</strong> ${hint} ${t("run.survives")}</div></div>`;
  }

  /** @param {RunState} run */
  live(run) {
    return html`<div class="cards live">${Object.entries(run.phases).map(([at, p]) => {
      const curve = run.losses[Number(at)];
      const rounds = run.rounds[Number(at)];
      return html`<section class="card worker" aria-label=${t("run.worker", { n: Number(at) + 1 })}>
        <h3>${unitName(p.unit)}</h3>
        <p class="soft">${phaseName(p)}</p>
        <progress max="1" value=${p.total ? p.done / p.total : nothing} aria-label=${phaseName(p)}></progress>
        ${curve && curve.points.length > 1 ? figure({ name: "losses", heading: "", chart: losses, data: [...curve.points] }) : nothing}
        ${rounds ? liveRounds(rounds, classes()) : nothing}</section>`;
    })}</div>`;
  }

  /** @param {RunState} run */
  jobs(run) {
    /** @type {Map<string, RunState["jobs"]>} */
    const groups = new Map();
    for (const job of run.jobs) groups.set(group(job.unit), [...(groups.get(group(job.unit)) ?? []), job]);
    return html`<section class="card" aria-labelledby="jobs"><h2 id="jobs">${t("run.jobs")}</h2>
      <ul class="plain jobs">${[...groups].map(([name, jobs]) => {
        const done = jobs.filter((job) => job.status === "done").length;
        return html`<li><span class="job-name">${name}</span><span class="dots" aria-hidden="true">${jobs.slice(0, 120).map((job) => html`<i class=${job.status}></i>`)}</span><span class="soft number">${t("run.of", { done: whole(done), all: whole(jobs.length) })}</span></li>`;
      })}</ul></section>`;
  }
}
customElements.define("ag-run", Run);
