"""Where labels go: near what they name, inside the frame, never over one another."""

from __future__ import annotations

from requests_gen.zone_map_lettering import line_mm, width_mm
from requests_gen.zone_map_scene import Box, Scene

# directions in the order in which a map reader looks for a label: right, left, above, below, then the corners
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_AWAY_MM = (0.9, 3.2, 6.0)
_LEADER_FROM_MM = 2.0
_CLEAR_MM = 0.35


class Room:
    """What of the frame is taken, in mm on paper."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self.taken: list[Box] = []

    def take(self, box: Box) -> None:
        """Nothing else may lie on `box`."""
        self.taken.append(box)

    def free(self, box: Box) -> bool:
        """Whether `box` lies in the frame and on nothing that is taken."""
        west, south, east, north = box
        left, low, right, high = self.frame
        if west < left + 0.4 or south < low + 0.4 or east > right - 0.4 or north > high - 0.4:
            return False
        return all(
            east + _CLEAR_MM <= w or e + _CLEAR_MM <= west or north + _CLEAR_MM <= s or n + _CLEAR_MM <= south
            for w, s, e, n in self.taken
        )

    def beside(self, x: float, y: float, wide: float, high: float, reach: float) -> tuple[Box, float] | None:
        """A free box for something `wide` × `high` near (x, y), and how far away; None where all is full."""
        for away in _AWAY_MM:
            for across, up in _AROUND:
                step = (reach + away) * (0.75 if across and up else 1.0)
                middle_x = x + across * (step + wide / 2)
                middle_y = y + up * (step + high / 2)
                box = (middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2)
                if self.free(box):
                    return box, away
        return None


def label(
    scene: Scene, room: Room, lines: list[str], x: float, y: float, size_pt: float, reach: float = 0.0, ink: str = "#1A1A1A",
) -> bool:  # fmt: skip
    """Write `lines` near (x, y), a thing of `reach` mm around it; False, writing nothing, where there is no room."""
    wide, step = max(width_mm(line, size_pt) for line in lines), line_mm(size_pt)
    found = room.beside(x, y, wide, step * len(lines), reach)
    if found is None:
        return False
    box, away = found
    room.take(box)
    if away > _LEADER_FROM_MM:
        nearest = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
        scene.shape("leader", [(x, y), nearest], closed=False, inside_frame=True)
    write_lines(scene, lines, box, size_pt, ink)
    return True


def write_lines(scene: Scene, lines: list[str], box: Box, size_pt: float, ink: str) -> None:
    """`lines` from the top of `box`, centred when it has several."""
    step = line_mm(size_pt)
    for number, line in enumerate(lines):
        scene.write(
            line, (box[0] + box[2]) / 2, box[3] - step * (number + 0.5), size_pt, "mm", ink, halo=True
        )
