"""Snapshots: a dataset as one compressed block of bytes, the same dataset always as the same bytes.

The block is a NumPy ``.npz`` archive of plain arrays (`Dataset.arrays`), never pickled, with fixed dates in the
archive so that its digest depends on the content alone. Reading trusts nothing: bytes may be damaged or hostile.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib import format as npy

from solidago.dataset import Dataset, Judgments, PrivateRatings, Vouches
from solidago.errors import InvalidFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.generic]]

BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip archive can express."""
LEVEL = 4
"""Of compression: a third of the time of level 6, for 5 % more bytes (a million judgments: 0.4 s, 4.9 MB)."""
LARGEST = 2**30
"""Bytes that all arrays of a snapshot may take together: 5e7 judgments."""
HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..{'descr': '(?P<kind>[<|]..)', 'fortran_order': False, "
    rb"'shape': \((?P<size>\d{1,12}),\), } *\n",
    re.DOTALL,
)
"""How `numpy.save` describes a flat array. Its own parser evaluates Python and is not made for hostile bytes."""
KINDS = {
    "text": "|u1",
    "length": "<i4",
    "count": "<i8",
    "value": "<f8",
    "trust": "<f8",
    "weight": "<f8",
    "pretrusted": "|b1",
}
"""Type of an array by the last part of its name; all others hold indices."""
INDEX = "<i4"


def dumps(dataset: Dataset) -> bytes:
    """Return the dataset as bytes; `loads` gives it back exactly."""
    block = io.BytesIO()
    with zipfile.ZipFile(block, "w") as archive:
        for name, array in dataset.arrays():
            member = zipfile.ZipInfo(f"{name}.npy", BEGINNING_OF_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # "Unix", wherever we run: the byte is part of the archive
            archive.writestr(member, _bytes(array), compresslevel=LEVEL)  # a member does not heed the archive's level
    return block.getvalue()


def _bytes(array: NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    npy.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return stream.getvalue()


def loads(data: bytes) -> Dataset:
    """Read a dataset back from the bytes of `dumps`.

    Raises
    ------
    InvalidFile
        The bytes are no snapshot, are damaged, or hold what no dataset can hold.
    """
    arrays = _arrays(data)
    try:
        dataset = _dataset(arrays)
        dataset.check_canonical()
    except KeyError as error:
        raise InvalidFile(f"The snapshot lacks the array {error}.") from error
    except ValueError as error:  # undecodable text included
        raise InvalidFile(f"The snapshot's arrays do not fit together: {error}") from error
    return dataset


def _arrays(data: bytes) -> dict[str, NDArray[np.generic]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST:
                raise InvalidFile(f"The snapshot unpacks to more than {LARGEST} bytes.")
            return {member.filename.removesuffix(".npy"): _array(archive, member) for member in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidFile(f"The snapshot is not a readable archive: {error}") from error


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[np.generic]:
    raw, wanted = archive.read(member), KINDS.get(member.filename.removesuffix(".npy").rpartition(".")[2], INDEX)
    header = HEADER.match(raw)
    if header is None or header["kind"].decode() != wanted:
        raise InvalidFile(f"must be a flat array of {wanted}", member=member.filename)
    body, kind = raw[header.end() :], np.dtype(wanted)
    if int(header["size"]) * kind.itemsize != len(body):
        raise InvalidFile("is shorter or longer than it says", member=member.filename)
    if wanted == "|b1" and body.translate(None, b"\0\1"):
        raise InvalidFile("holds flags that are neither true nor false", member=member.filename)
    return np.frombuffer(body, kind).copy()  # writable like every other array, which compiled code tells apart


def _texts(arrays: Arrays, name: str) -> list[str]:
    text, lengths = arrays[f"{name}.text"].tobytes(), arrays[f"{name}.length"].astype(np.int64)
    if (lengths < 0).any() or lengths.sum() != len(text):
        raise ValueError(f"the lengths of {name} do not add up")
    ends = np.cumsum(lengths).tolist()
    return [text[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def _objects(texts: list[str]) -> NDArray[np.object_]:
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def _dataset(arrays: Arrays) -> Dataset:
    criteria = _texts(arrays, "criteria")
    counts = arrays["judgments.count"].astype(np.int64)
    columns = [arrays[f"judgments.{part}"] for part in ("user", "left", "right", "value")]
    if (counts < 0).any() or any(len(column) != counts.sum() for column in columns):
        raise ValueError("the columns of judgments are not as long as their counts say")
    if len(counts) != len(criteria):
        raise ValueError("criteria and counts differ in number")
    ends = np.cumsum(counts).tolist()
    return Dataset(
        users=_objects(_texts(arrays, "users")),
        entities=_objects(_texts(arrays, "entities")),
        criteria=tuple(criteria),
        judgments={
            name: Judgments(*(column[start:end] for column in columns))  # type: ignore[arg-type]
            for name, start, end in zip(criteria, [0, *ends], ends, strict=False)
        },
        trust=arrays["trust"],  # type: ignore[arg-type]
        pretrusted=arrays["pretrusted"],  # type: ignore[arg-type]
        vouches=Vouches(*(arrays[f"vouches.{part}"] for part in ("voucher", "vouchee", "weight"))),  # type: ignore[arg-type]
        private=PrivateRatings(*(arrays[f"private.{part}"] for part in ("user", "entity"))),  # type: ignore[arg-type]
    )
