"""Draw charts, in a process of its own: ``apart.run("strategy_app.exporters.drawing", …)``.

In: JSON {fonts: folder, specs: [Vega-Lite, …], png: whether the one chart is to be a PNG}.
Out: JSON [SVG, …], or the PNG.
"""

import json
import sys

import vl_convert

# Nothing is fetched, whatever a specification may say.
_OFFLINE = {"allowed_base_urls": []}


def main():
    asked = json.load(sys.stdin)
    vl_convert.register_font_directory(asked["fonts"])
    if asked["png"]:
        (spec,) = asked["specs"]
        # At twice its size, sharp on paper and in slides.
        drawn = vl_convert.vegalite_to_png(spec, scale=2, **_OFFLINE)
    else:
        svgs = [vl_convert.vegalite_to_svg(spec, **_OFFLINE) for spec in asked["specs"]]
        drawn = json.dumps(svgs).encode()
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main()
