# -*- Mode: python; py-indent-offset: 4; indent-tabs-mode: nil; coding: utf-8; -*-
#
# SPDX-License-Identifier: GPL-2.0-only
#
# For ns-3.35 and older, which are built by waf. The lists of files stand in CMakeLists.txt only, and
# are read from there.

import os
import re


def file_list(bld, name):
    with open(os.path.join(bld.path.abspath(), 'CMakeLists.txt')) as f:
        text = f.read()
    body = re.search(r'^set\(%s\n(.*?)^\)' % name, text, re.M | re.S).group(1)
    return re.sub('#.*', '', body).split()


def required_modules(bld):
    with open(os.path.join(bld.path.abspath(), 'CMakeLists.txt')) as f:
        found = re.findall(r'\$\{lib([a-z0-9-]+)\}', f.read())
    return [name for name in dict.fromkeys(found) if name != 'fl']


def configure(conf):
    conf.env.append_unique('INCLUDES_FL', ['/usr/include/eigen3'])
    have_zlib = conf.check_cc(lib='z', header_name='zlib.h', uselib_store='FL', mandatory=False)
    if have_zlib:
        conf.env.append_unique('DEFINES_FL', ['HAVE_ZLIB'])
    if conf.check_cc(lib='sodium', header_name='sodium.h', uselib_store='FL', mandatory=False):
        conf.env.append_unique('DEFINES_FL', ['HAVE_SODIUM'])
    conf.env.append_unique('DEFINES_FL', ['EIGEN_DONT_PARALLELIZE'])
    conf.env.append_unique('CXXFLAGS_FL', ['-std=c++17'])


def build(bld):
    module = bld.create_ns3_module('fl', required_modules(bld))
    module.source = file_list(bld, 'source_files') + file_list(bld, 'opt_source_files')
    module.use.append('FL')

    test = bld.create_ns3_module_test_library('fl')
    test.source = file_list(bld, 'test_sources')
    test.use.append('FL')

    headers = bld(features='ns3header')
    headers.module = 'fl'
    headers.source = file_list(bld, 'header_files') + file_list(bld, 'opt_header_files')

    if bld.env.ENABLE_EXAMPLES:
        bld.recurse('examples')
