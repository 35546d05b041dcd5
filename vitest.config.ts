import { defineConfig } from "vitest/config";

const sources = ["packages/*/{src,test}", "apps/*/{src,test}"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: sources.map((folder) => `${folder}/**/*.test.ts`),
          exclude: ["**/*.stack.test.ts", "**/node_modules/**"],
        },
      },
    ],
  },
});
