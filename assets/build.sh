#!/bin/sh
# Copies the design system, its icons and the Inter font from their packages into the product's static files.
set -eu
cd "$(dirname "$0")"
npm ci --silent --ignore-scripts
from=node_modules
to=../src/handslag/ui/static/vendor
rm -rf "$to"
mkdir -p "$to/fkui" "$to/inter"
cp $from/@fkui/theme-default/dist/theme-light.css $from/@fkui/design/lib/fkui.min.css \
   $from/@fkui/design/lib/fonts.min.css $from/@fkui/design/LICENSE.md "$to/fkui/"
cp $from/@fkui/icon-lib-default/dist/f/spritesheet.svg "$to/fkui/icons.svg"
cp $from/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2 \
   $from/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2 \
   $from/@fontsource-variable/inter/LICENSE "$to/inter/"
