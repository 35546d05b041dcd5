import {
  type Dashboard as Built,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  TimePickerBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { flow } from "./layout.ts";
import type { Panel } from "./panels/panel.ts";
import { type Variable, variableOf } from "./variable.ts";

/** Panels that answer one question together, under a heading. */
export type Section = { title: string; panels: Panel[] };

export type Dashboard = {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  /** How far back it looks when it is opened, in Grafana's notation. */
  from: string;
  refresh: "10s" | "1m";
  variables: Variable[];
  sections: Section[];
};

/** Every dashboard has it: the links among them go by it. */
export const tag = "scoreline";

/** A dashboard's panels in their order, each with its id. Headings have ids too. */
export function panelsOf({ sections }: Dashboard): { id: number; section: string; panel: Panel }[] {
  let id = 0;
  return sections.flatMap(({ title, panels }) => {
    id += 1;
    return panels.map((panel) => {
      id += 1;
      return { id, section: title, panel };
    });
  });
}

/** The dashboard as Grafana reads it. */
export function build(dashboard: Dashboard): Built {
  const { uid, title, description, tags, from, refresh, variables, sections } = dashboard;
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag, ...tags])
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: "now" })
    .timepicker(new TimePickerBuilder().refreshIntervals(["10s", "30s", "1m", "5m", "15m"]))
    .refresh(refresh)
    .readonly()
    .link(
      new DashboardLinkBuilder("Scoreline")
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(false)
        .includeVars(false)
        .keepTime(true),
    )
    .variables(variables.map((variable) => ({ build: () => variableOf(variable) })));
  let [id, top] = [0, 0];
  for (const { title, panels } of sections) {
    id += 1;
    builder.withRow(new RowBuilder(title).id(id).gridPos({ x: 0, y: top, w: 24, h: 1 }));
    const { places, bottom } = flow(
      panels.map(({ size }) => size),
      top + 1,
    );
    for (const [index, panel] of panels.entries()) {
      id += 1;
      const place = places[index];
      if (place === undefined) throw new Error(`${panel.title} has no place`);
      const built = panel.at(id, place);
      builder.withPanel({ build: () => built });
    }
    top = bottom;
  }
  return builder.build();
}
